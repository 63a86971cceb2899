// alert/words: an alert tells what is wrong, how bad, and what to do.

import { type Check, found } from './check.ts';

export const checkAlertWords: Check = (rule) => {
  if (rule.kind !== 'alert') return [];
  const { summary = '', description = '', command = '' } = rule.annotations;
  const missing = Object.entries({ summary, description, command }).filter(([, text]) => text.trim() === '');
  if (missing.length > 0) {
    return [found(rule, 'alert/words', `has no ${missing.map(([name]) => name).join(', no ')}`)];
  }
  if (/\$value|\.Value/.test(description)) return [];
  return [found(rule, 'alert/words', 'description does not show the value: use {{ $value }}')];
};
