// alert/for: an alert waits before it fires, or says why it does not.

import { parseDuration } from '../../../base/duration.ts';
import { type Check, found } from './check.ts';

export const checkAlertFor: Check = (rule) => {
  if (rule.kind !== 'alert') return [];
  if (rule.for === undefined && rule.forReason === undefined) {
    return [
      found(rule, 'alert/for', 'has no "for": one odd sample pages somebody; write a duration, or "for: 0m # why"'),
    ];
  }
  const waits = rule.for === undefined ? 0 : parseDuration(rule.for.replace(/^0+[a-z]+$/, '0'));
  if (waits === undefined) return [found(rule, 'alert/for', `for "${rule.for}" is no duration`, rule.lines.for)];
  if (waits > 0 || rule.forReason !== undefined) return [];
  return [found(rule, 'alert/for', 'fires at once without a reason: write it behind, "for: 0m # why"', rule.lines.for)];
};
