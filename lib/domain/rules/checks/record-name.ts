// rule/name: a recording that says rate5m looks back five minutes.

import { parsePromDuration } from '../prom-duration.ts';
import { type Check, found } from './check.ts';

export const checkRecordName: Check = (rule) => {
  const said = /:[^:]*?(\d+(?:ms|[smhdwy]))$/.exec(rule.name)?.[1];
  const saidMs = said === undefined ? null : parsePromDuration(said);
  if (rule.kind !== 'record' || said === undefined || saidMs === null) return [];
  const windows = [...rule.expr.matchAll(/\[\s*(\w+)\s*[:\]]/g)].map(([, window]) => window ?? '');
  // What only reads other recordings has their windows.
  if (windows.length === 0 || windows.some((window) => parsePromDuration(window) === saidMs)) return [];
  const message = `says ${said} in its name and looks back ${[...new Set(windows)].join(', ')}`;
  return [found(rule, 'rule/name', message, rule.lines.expr)];
};
