// Finds the file that delivers each thing a description names, and says what is missing.

import { isRecord, own } from '../../base/json.ts';
import type { CompiledPlatform } from './compile.ts';
import { receiverNames } from './render-alertmanager.ts';
import type { Seed, SeedItem, SeedKind } from './seed.ts';

export interface Dashboard {
  readonly file: string;
  readonly title: string;
  /** Rows and what is inside them included. */
  readonly panels: readonly string[];
}

export interface Delivery {
  readonly item: SeedItem;
  /** Null: nothing delivers it. */
  readonly file: string | null;
}

export interface DeliverySources {
  readonly compiled: CompiledPlatform;
  readonly dashboards: readonly Dashboard[];
  /** Full names, service and name, with the file of their rules. */
  readonly objectives: readonly { readonly name: string; readonly file: string }[];
}

export function findDeliveries(seed: Seed, sources: DeliverySources): Delivery[] {
  return seed.items.map((item) => ({ item, file: FINDERS[item.kind](item, sources) }));
}

const FINDERS: Readonly<Record<SeedKind, (item: SeedItem, sources: DeliverySources) => string | null>> = {
  alert: ({ delivered }, { compiled: { folder, platform }, objectives }) => {
    const alert = platform.alerts.find((one) => one.alert === delivered);
    if (alert !== undefined) return `${folder}/rules/${alert.group}.yml`;
    // An alert of an objective bears the objective's name.
    return objectives.find(({ name }) => delivered.startsWith(alertPrefix(name)))?.file ?? null;
  },
  recording: ({ delivered }, { compiled: { folder, platform } }) => {
    const rule = platform.recordings.find(({ record }) => record === delivered);
    return rule === undefined ? null : `${folder}/rules/${rule.group}.yml`;
  },
  slo: ({ delivered }, { objectives }) => objectives.find(({ name }) => name === delivered)?.file ?? null,
  dashboard: ({ delivered }, { dashboards }) => dashboards.find(({ title }) => title === delivered)?.file ?? null,
  panel: ({ delivered, dashboard }, { dashboards }) =>
    dashboards.find(({ title, panels }) => title === dashboard && panels.includes(delivered))?.file ?? null,
  route: ({ delivered }, { compiled: { folder, platform } }) =>
    platform.alertmanager !== null && receiverNames(platform.alertmanager).includes(delivered)
      ? `${folder}/alertmanager.yml`
      : null,
  inhibition: ({ delivered }, { compiled: { folder, platform } }) =>
    JSON.stringify(own(platform.alertmanager?.config ?? {}, 'inhibit_rules') ?? []).includes(delivered)
      ? `${folder}/alertmanager.yml`
      : null,
  scrape: ({ delivered }, { compiled: { folder, platform } }) =>
    platform.services.some(({ name, job }) => name === delivered || job === delivered)
      ? `${folder}/prometheus.yml`
      : null,
  metric: ({ delivered }, { compiled: { folder, platform } }) =>
    platform.metrics.some(({ name }) => name === delivered) ? `${folder}/catalogue.yml` : null,
};

function alertPrefix(objective: string): string {
  return `ALERT_${objective.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_`;
}

/** The facts of a dashboard's JSON that deliveries are looked up by. */
export function readDashboard(file: string, value: unknown): Dashboard {
  const titles = (panels: unknown): string[] =>
    (Array.isArray(panels) ? panels.filter(isRecord) : []).flatMap((panel) => [
      String(own(panel, 'title') ?? ''),
      ...titles(own(panel, 'panels')),
    ]);
  const root = isRecord(value) ? value : {};
  return { file, title: String(own(root, 'title') ?? ''), panels: titles(own(root, 'panels')) };
}
