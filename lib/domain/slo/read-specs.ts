// Objectives from YAML: our own form, the one-objective template, and sloth's prometheus/v1.

import { isRecord, own } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';
import { parsePromDuration } from '../rules/prom-duration.ts';
import { parseObjective } from './burn.ts';
import { eventsIndicator, type IndicatorReading, ratioIndicator, readLatency, readRatio } from './indicator.ts';
import { parseRational } from './rational.ts';
import type { Slo, Urgency, UrgencyPlan } from './slo.ts';

export interface SloFile {
  readonly file: string;
  readonly slos: readonly Slo[];
  /** One sentence for each mistake. */
  readonly problems: readonly string[];
}

type Mapping = Readonly<Record<string, unknown>>;

const SLOTH = 'prometheus/v1';
const DEFAULT_WINDOW = '30d';
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;
const NO_PLAN: UrgencyPlan = { isOff: false, labels: {}, annotations: {} };

export async function readSloFile(file: string, text: string): Promise<SloFile> {
  const { value, lines, problems } = await parseYaml(text);
  if (problems.length > 0)
    return { file, slos: [], problems: problems.map(({ line, path, message }) => `line ${line}: ${path} ${message}`) };
  if (!isRecord(value)) return { file, slos: [], problems: ['the file is no mapping'] };
  const isSloth = own(value, 'version') === SLOTH;
  const single = own(value, 'slo');
  const entries = isRecord(single) ? [single] : list(own(value, 'slos')).filter(isRecord);
  if (entries.length === 0) return { file, slos: [], problems: ['there is neither "slo" nor a list "slos"'] };
  const found = entries.map((entry, index) => {
    const at = isRecord(single) ? 'slo' : `slos[${index}]`;
    return readSlo({ ...entry, objective: asWritten(entry, text, lines.get(`${at}.objective`)) }, value, isSloth);
  });
  const slos = found.flatMap(({ slo }) => (slo === null ? [] : [slo]));
  const names = slos.map(({ service, name }) => `${service}/${name}`);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return {
    file,
    slos,
    problems: [...found.flatMap((one) => one.problems), ...twice.map((name) => `${name} is there twice`)],
  };
}

/** With every digit: as a number it has at most seventeen. */
function asWritten(entry: Mapping, text: string, line: number | undefined): unknown {
  const objective = own(entry, 'objective');
  if (typeof objective !== 'number' || line === undefined) return objective;
  const shown = text.split('\n')[line - 1] ?? '';
  const written = [...shown.matchAll(/objective["']?\s*:\s*([\d.]+)/g)].map(([, digits]) => digits ?? '');
  return written.find((digits) => Number(digits) === objective) ?? objective;
}

function readSlo(entry: Mapping, file: Mapping, isSloth: boolean): { slo: Slo | null; problems: readonly string[] } {
  const name = text(own(entry, 'name')) ?? '';
  const service = text(own(entry, 'service')) ?? text(own(file, 'service')) ?? name.split('-', 1)[0] ?? '';
  const objectivePercent = parseObjective(own(entry, 'objective'));
  const windowText = text(own(entry, 'window')) ?? text(own(file, 'window')) ?? DEFAULT_WINDOW;
  const windowMs = parsePromDuration(windowText);
  const indicator = isSloth ? readSlothIndicator(entry) : readIndicator(entry);
  const least = own(entry, 'least_bad_events') ?? null;
  const problems = [
    ...(NAME.test(name) ? [] : ['its name is not made of letters, digits, dots, dashes and underscores']),
    ...(NAME.test(service) ? [] : ['its service is not made of letters, digits, dots, dashes and underscores']),
    ...(objectivePercent === null ? ['its objective is not a percentage between 0 and 100, such as 99.9'] : []),
    ...(windowMs === null || windowMs < 3_600_000
      ? [`its window "${windowText}" is not a duration of an hour or more`]
      : []),
    ...(indicator.ok ? [] : [indicator.problem]),
    ...(least === null || (Number.isSafeInteger(least) && (least as number) > 0)
      ? []
      : ['least_bad_events is not a positive whole number']),
  ];
  if (problems.length > 0 || objectivePercent === null || windowMs === null || !indicator.ok)
    return {
      slo: null,
      problems: problems.map((problem) => `${name === '' ? 'an objective without name' : name}: ${problem}`),
    };
  const alerting = mapping(own(entry, 'alerting'));
  const alertName = text(own(alerting, 'name')) ?? `ALERT_${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
  const slo: Slo = {
    name,
    service,
    description: text(own(entry, 'description')) ?? '',
    objectivePercent,
    windowMs,
    indicator: indicator.indicator,
    labels: { ...texts(own(file, 'labels')), ...texts(own(entry, 'labels')), ...texts(own(alerting, 'labels')) },
    alertName,
    annotations: { ...runbookOf(entry, file), ...texts(own(alerting, 'annotations')) },
    urgencies: { page: urgency(alerting, 'page'), ticket: urgency(alerting, 'ticket') },
    leastBadEvents: least as number | null,
  };
  return { slo, problems: [] };
}

function readIndicator(entry: Mapping): IndicatorReading {
  const indicator = own(entry, 'indicator');
  if (typeof indicator === 'string') return readRatio(indicator, texts(own(entry, 'events')));
  const form = mapping(indicator);
  const [bad, total, histogram] = [own(form, 'bad'), own(form, 'total'), own(form, 'histogram')];
  if (typeof bad === 'string' && typeof total === 'string') return readRatio(`1 - ((${bad}) / (${total}))`, {});
  const atMost = parseRational(String(own(form, 'at_most') ?? ''));
  if (typeof histogram === 'string' && atMost !== null)
    return readLatency(histogram, text(own(form, 'labels')) ?? '', atMost);
  return { ok: false, problem: 'its indicator is neither text, nor {bad, total}, nor {histogram, labels, at_most}' };
}

function readSlothIndicator(entry: Mapping): IndicatorReading {
  const sli = mapping(own(entry, 'sli'));
  const events = mapping(own(sli, 'events'));
  const [bad, total] = [own(events, 'error_query'), own(events, 'total_query')];
  if (typeof bad === 'string' && typeof total === 'string') return eventsIndicator(bad, total);
  const ratio = own(mapping(own(sli, 'raw')), 'error_ratio_query');
  if (typeof ratio === 'string') return ratioIndicator(ratio);
  return { ok: false, problem: 'its sli has neither events nor raw; plugins are not read' };
}

function urgency(alerting: Mapping, which: Urgency): UrgencyPlan {
  const plan = mapping(own(alerting, `${which}_alert`));
  if (Object.keys(plan).length === 0) return NO_PLAN;
  const isOff = own(plan, 'disable') === true;
  return { isOff, labels: texts(own(plan, 'labels')), annotations: texts(own(plan, 'annotations')) };
}

function runbookOf(entry: Mapping, file: Mapping): Record<string, string> {
  const runbook = text(own(entry, 'runbook')) ?? text(own(file, 'runbook'));
  return runbook === null ? {} : { runbook_url: runbook };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapping(value: unknown): Mapping {
  return isRecord(value) ? value : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(mapping(value)).map(([key, inner]) => [key, String(inner)]));
}
