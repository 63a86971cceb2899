// Text exposition of a handful of series, written by hand: the roles load no metrics library.

import { METRIC_CATALOGUE } from '../../base/metric-catalogue.ts';
import type { MetricName } from '../../base/metric-names.ts';

export interface Sample {
  readonly name: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Samples of one name must follow each other. */
export function renderExposition(samples: readonly Sample[]): string {
  const lines: string[] = [];
  let last: MetricName | undefined;
  for (const { name, labels, value } of samples) {
    const { kind, help } = METRIC_CATALOGUE[name];
    if (name !== last) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
    last = name;
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
    lines.push(`${name}{${pairs.join(',')}} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
