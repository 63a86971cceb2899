// alert/label-value: labels are an alert's identity; with the value among them each evaluation makes another alert.

import { type Check, found } from './check.ts';

export const checkLabelValue: Check = (rule) => {
  if (rule.kind !== 'alert') return [];
  return Object.entries(rule.labels)
    .filter(([, text]) => /\{\{[^}]*(?:\$value|\.Value)/.test(text))
    .map(([label]) =>
      found(
        rule,
        'alert/label-value',
        `label ${label} holds the value: each change is a new alert, which waits and notifies anew; put it into an annotation`,
      ),
    );
};
