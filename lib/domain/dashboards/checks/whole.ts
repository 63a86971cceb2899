// Checks of the dashboard as a whole: its fields, how often it asks, where its data comes from.

import { nearest } from '../../../base/nearest.ts';
import { parsePromDuration } from '../../rules/prom-duration.ts';
import { joinPath } from '../read/json-lines.ts';
import { PANEL_KINDS } from '../spec.ts';
import type { Check, Found } from './check.ts';
import { declaredType, isHardCoded } from './sources.ts';

export const checkSchema: Check = ({ misfits }) =>
  misfits.slice(0, 50).map(({ path, wanted, found }) => ({ path, message: `is ${found}: wanted ${wanted}` }));

/** The first version whose panels lie on a grid instead of in rows. */
const FIRST_GRID = 16;

export const checkOldSchema: Check = ({ path, schemaVersion, panels }) => {
  if (panels.every(({ grid }) => grid !== null) && (schemaVersion ?? FIRST_GRID) >= FIRST_GRID) return [];
  const message = `is of an old schema${schemaVersion === undefined ? '' : ` (${schemaVersion})`}: save it once in Grafana and export it again`;
  return [{ path: joinPath(path, 'schemaVersion'), message }];
};

export const checkWords: Check = ({ path, uid, title, description }) => {
  const missing = (key: string, value: string | undefined, why: string): Found[] =>
    (value ?? '').trim() === '' ? [{ path: joinPath(path, key), message: `has no ${key}: ${why}` }] : [];
  return [
    ...missing('title', title, 'nobody finds it'),
    ...missing('uid', uid, 'every import makes another one, and links to it break'),
    ...missing('description', description, 'say what it answers'),
  ];
};

export const checkRefresh: Check = ({ path, refresh }, { facts }) => {
  if (refresh === undefined || refresh === '' || refresh === 'auto') return [];
  const everyMs = parsePromDuration(refresh);
  const at = joinPath(path, 'refresh');
  if (everyMs === null) return [{ path: at, message: `refresh "${refresh}" is no duration` }];
  const scrapeMs = facts.shortestScrapeMs;
  if (scrapeMs === null || everyMs >= scrapeMs) return [];
  const message = `refreshes every ${refresh}, though nothing is scraped more often than every ${scrapeMs / 1_000}s`;
  return [{ path: at, message }];
};

/** `now-6h`, `now/d`, `now-1d/d`, an instant, or milliseconds. */
const MOMENT = /^now(?:[+-]\d+[smhdwMyQ])*(?:\/f?[smhdwMyQ])?$/;

export const checkTime: Check = ({ path, time }) =>
  (['from', 'to'] as const).flatMap((key) => {
    const text = time[key];
    if (text === undefined || MOMENT.test(text) || /^\d+$/.test(text) || isInstant(text)) return [];
    const message = `opens ${key} "${text}", which is no moment: now-6h, now/d, or an instant`;
    return [{ path: joinPath(path, `time.${key}`), message }];
  });

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text);
}

export const checkDatasource: Check = (dashboard) => {
  const { panels, variables, annotations } = dashboard;
  const found: Found[] = [];
  const judge = (
    source: { path: string; name: string | null; type: string | undefined } | undefined,
    more: object,
  ): void => {
    if (source === undefined) return;
    const meant = declaredType(dashboard, source);
    if (meant !== undefined && meant !== source.type)
      found.push({
        path: source.path,
        message: `asks ${source.type} of "${source.name}", which chooses a ${meant}`,
        ...more,
      });
    if (!isHardCoded(source)) return;
    const message = `names the datasource "${source.name}": use a variable, so that it works in another Grafana`;
    found.push({ path: source.path, message, ...more });
  };
  for (const panel of panels) {
    judge(panel.datasource, { panel });
    for (const target of panel.targets) judge(target.datasource, { panel });
  }
  for (const { datasource } of [...variables, ...annotations]) judge(datasource, {});
  return found;
};

/** Removed with AngularJS in Grafana 11 or before; what shows the same today. */
const REMOVED: Readonly<Record<string, string>> = {
  graph: 'timeseries',
  singlestat: 'stat',
  'table-old': 'table',
  'grafana-piechart-panel': 'piechart',
  'grafana-worldmap-panel': 'geomap',
  'grafana-singlestat-panel': 'stat',
  'natel-discrete-panel': 'state-timeline',
  'flant-statusmap-panel': 'status-history',
  'briangann-gauge-panel': 'gauge',
  'michaeldmoore-multistat-panel': 'bargauge',
  'vonage-status-panel': 'stat',
  'neocat-cal-heatmap-panel': 'heatmap',
  pluginlist: 'nothing',
};

const KNOWN_TYPES = new Set<string>([
  ...PANEL_KINDS,
  ...['row', 'alertlist', 'annolist', 'candlestick', 'canvas', 'dashlist', 'datagrid', 'debug', 'flamegraph', 'geomap'],
  ...[
    'gettingstarted',
    'histogram',
    'live',
    'news',
    'nodeGraph',
    'status-history',
    'traces',
    'trend',
    'welcome',
    'xychart',
  ],
]);

export const checkPanelType: Check = ({ panels }) =>
  panels.flatMap((panel) => {
    const { type } = panel;
    const path = joinPath(panel.path, 'type');
    if (type === '') return panel.library ? [] : [{ path, panel, message: 'has no type' }];
    if (panel.isOldTable) return [{ path, panel, message: 'is the old table, with styles: save it once in Grafana' }];
    if (Object.hasOwn(REMOVED, type)) {
      return [{ path, panel, message: `is of the type ${type}, which Grafana 12 no longer has: use ${REMOVED[type]}` }];
    }
    // Panels of plugins have names with hyphens and an owner in front; a slip of a known name has not.
    if (KNOWN_TYPES.has(type) || type.includes('-')) return [];
    const close = nearest(type, [...KNOWN_TYPES]);
    return [
      {
        path,
        panel,
        message: `is of the unknown type ${type}${close === undefined ? '' : `: did you mean ${close}?`}`,
      },
    ];
  });
