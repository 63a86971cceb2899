// What makes an alert fire, taken from its tests: their first case that fires, and their first that is silent.

import type { CatalogueAlert } from '../rules/catalogue.ts';
import type { Stimulus } from '../rules/stimulus.ts';
import type { Alert, Platform } from './platform.ts';

/** The promises, each with a stimulus: its own, one of its cases, or the reason why there is none. */
export function deriveStimuli({ alerts, catalogue }: Platform): CatalogueAlert[] {
  return catalogue.alerts.map((promise) => {
    const { stimulus } = promise;
    if (stimulus !== null && stimulus.kind !== 'cases') return promise;
    const alert = alerts.find((one) => one.alert === promise.alert && one.severity === promise.severity);
    return { ...promise, stimulus: alert === undefined ? null : derive(alert, stimulus?.also ?? []) };
  });
}

function derive({ cases }: Alert, also: readonly string[]): Stimulus | null {
  const fire = cases.find(({ fires }) => fires)?.series;
  const quiet = cases.find(({ fires }) => !fires)?.series;
  if (fire === undefined) return null;
  if (fire.length === 0) return { kind: 'always' };
  if (quiet === undefined) return { kind: 'unproven', reason: 'no case of its tests is silent' };
  if ([...fire, ...quiet].some(({ value }) => value.kind === 'raw')) {
    return { kind: 'unproven', reason: 'its first cases are written in the notation of promtool: give it a stimulus' };
  }
  return { kind: 'played', quiet, fire, also };
}
