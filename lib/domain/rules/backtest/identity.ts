// The labels of an alert: those of its series without the name, and those that its rule sets.

import { renderAnnotation } from '../../platform/annotation.ts';
import type { Labels } from './follow-alert.ts';

const TEMPLATE = '{{';

export interface AlertIdentity {
  /** Whether the labels depend on the value, and so may change from one evaluation to the next. */
  readonly changesWithValue: boolean;
  readonly labelsOf: (series: Labels, value: number) => Labels;
}

export function identityOf(alert: string, ruleLabels: Labels): AlertIdentity {
  const set = Object.entries(ruleLabels);
  return {
    changesWithValue: set.some(([, text]) => text.includes(TEMPLATE) && text.includes('$value')),
    labelsOf: (series, value) => {
      const labels: Record<string, string> = Object.create(null);
      for (const [name, text] of Object.entries(series)) if (name !== '__name__') labels[name] = text;
      for (const [name, text] of set) {
        const rendered = text.includes(TEMPLATE) ? expand(text, series, value) : text;
        // A label without text is no label.
        if (rendered === '') delete labels[name];
        else labels[name] = rendered;
      }
      labels['alertname'] = alert;
      return labels;
    },
  };
}

/** As written where the template says more than annotations of ours may. */
function expand(text: string, labels: Labels, value: number): string {
  const rendered = renderAnnotation(text, { labels, value });
  return rendered.ok ? rendered.text : text;
}

export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)));
}
