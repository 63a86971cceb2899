// alert/severity: an alert says how urgent it is, in a word that is known.

import { type Check, found } from './check.ts';

const KNOWN = ['critical', 'warning', 'info', 'none'];

export const checkAlertSeverity: Check = (rule) => {
  if (rule.kind !== 'alert') return [];
  const severity = rule.labels['severity'];
  if (severity === undefined || severity === '') return [found(rule, 'alert/severity', 'has no severity label')];
  if (KNOWN.includes(severity)) return [];
  return [found(rule, 'alert/severity', `severity "${severity}" is unknown: wanted ${KNOWN.join(', ')}`)];
};
