// The unit a panel shows against the unit its query has.

import { contradicts, USUAL } from '../promql/grafana-units.ts';
import { unitOf } from '../promql/units.ts';
import { joinPath } from '../read/json-lines.ts';
import { type Check, type Found, inQuery } from './check.ts';

/** These show the bare number of each cell, or none at all. */
const OTHER = new Set(['table', 'logs', 'text', 'heatmap', 'state-timeline', 'status-history']);

export const checkUnitMeaning: Check = (_dashboard, { sound, facts }) => {
  const seen = new Set<string>();
  return sound.flatMap((query): Found[] => {
    const { panel } = query;
    if (panel?.unit === undefined || panel.unit === '' || OTHER.has(panel.type) || seen.has(panel.path)) return [];
    if (panel.ownUnits.has('*') || panel.ownUnits.has(query.target?.refId ?? '')) return [];
    const measured = unitOf(query.promql, facts);
    if (measured === null || !contradicts(panel.unit, measured)) return [];
    seen.add(panel.path);
    const path = joinPath(panel.path, 'fieldConfig.defaults.unit');
    return [
      {
        ...inQuery(
          query,
          `shows "${panel.unit}", but the query gives ${SAID[measured] ?? measured}: use "${USUAL[measured]}"`,
        ),
        path,
      },
    ];
  });
};

const SAID: Readonly<Record<string, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  count: 'a number of things',
  rate: 'something per second',
  ratio: 'a ratio from 0 to 1',
  timestamp: 'an instant',
  money: 'an amount of money',
};
