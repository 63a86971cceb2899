// Runs every check over every dashboard.

import type { ParsePromql } from '../rules/promql.ts';
import type { Check, CheckFacts, DashboardFinding, Found, Severity } from './checks/check.ts';
import { checkExpressionRef, checkInstant, checkLink, checkPanelAlert, checkScale } from './checks/misleading.ts';
import {
  checkInterval,
  checkMatching,
  checkMixedUnits,
  checkPattern,
  checkPercentile,
  checkRateOfSum,
} from './checks/mistakes.ts';
import {
  checkEmptyRow,
  checkGrid,
  checkNoQuery,
  checkOverlap,
  checkPanelDescription,
  checkPanelTitle,
  checkRefId,
  checkSameId,
  checkSameTitle,
  checkThresholds,
  checkUnit,
  titleOf,
} from './checks/panels.ts';
import {
  checkCounter,
  checkGauge,
  checkHeatmap,
  checkLabel,
  checkLegend,
  checkLogs,
  checkQuantile,
  checkRange,
  checkSource,
  checkSyntax,
  checkTableQuery,
  checkValue,
} from './checks/promql.ts';
import { findQueries } from './checks/queries.ts';
import { checkUnitMeaning } from './checks/units.ts';
import {
  checkManyValues,
  checkSameVariable,
  checkUndefinedVariable,
  checkUnusedVariable,
  checkVariableQuery,
} from './checks/variables.ts';
import {
  checkDatasource,
  checkOldSchema,
  checkPanelType,
  checkRefresh,
  checkSchema,
  checkTime,
  checkWords,
} from './checks/whole.ts';
import type { MetricFacts } from './promql/facts.ts';
import type { FoundDashboard } from './read/dashboard.ts';
import { findLines, joinPath } from './read/json-lines.ts';
import { readDashboard } from './read/read-dashboard.ts';

/** The name of each check, as findings carry it, and how much it matters. */
export const CHECKS: Readonly<Record<string, readonly [Severity, Check]>> = {
  'json/field': ['error', checkSchema],
  'dashboard/schema': ['warning', checkOldSchema],
  'dashboard/words': ['warning', checkWords],
  'dashboard/refresh': ['warning', checkRefresh],
  'dashboard/time': ['error', checkTime],
  'dashboard/datasource': ['error', checkDatasource],
  'dashboard/link': ['error', checkLink],
  'row/empty': ['warning', checkEmptyRow],
  'panel/type': ['error', checkPanelType],
  'panel/title': ['error', checkPanelTitle],
  'panel/same-title': ['warning', checkSameTitle],
  'panel/description': ['warning', checkPanelDescription],
  'panel/id': ['error', checkSameId],
  'panel/grid': ['error', checkGrid],
  'panel/overlap': ['error', checkOverlap],
  'panel/query': ['error', checkNoQuery],
  'panel/thresholds': ['error', checkThresholds],
  'panel/scale': ['error', checkScale],
  'panel/alert': ['error', checkPanelAlert],
  'panel/unit': ['error', checkUnit],
  'panel/unit-meaning': ['error', checkUnitMeaning],
  'query/ref': ['error', checkRefId],
  'query/expression': ['error', checkExpressionRef],
  'query/syntax': ['error', checkSyntax],
  'query/source': ['error', checkSource],
  'query/label': ['error', checkLabel],
  'query/value': ['error', checkValue],
  'query/legend': ['error', checkLegend],
  'query/counter': ['error', checkCounter],
  'query/gauge': ['error', checkGauge],
  'query/range': ['error', checkRange],
  'query/interval': ['warning', checkInterval],
  'query/instant': ['error', checkInstant],
  'query/match': ['error', checkMatching],
  'query/pattern': ['error', checkPattern],
  'query/percentile': ['error', checkPercentile],
  'query/rate-of-sum': ['error', checkRateOfSum],
  'query/units': ['error', checkMixedUnits],
  'query/quantile': ['error', checkQuantile],
  'query/table': ['warning', checkTableQuery],
  'query/heatmap': ['error', checkHeatmap],
  'query/logs': ['error', checkLogs],
  'variable/unused': ['error', checkUnusedVariable],
  'variable/undefined': ['error', checkUndefinedVariable],
  'variable/same-name': ['error', checkSameVariable],
  'variable/many': ['error', checkManyValues],
  'variable/query': ['error', checkVariableQuery],
};

export interface DashboardText {
  /** As messages show it. */
  readonly file: string;
  readonly text: string;
  readonly facts: MetricFacts;
}

export interface CheckedDashboard {
  readonly file: string;
  readonly title: string;
  readonly panels: number;
  readonly queries: number;
  readonly findings: readonly DashboardFinding[];
}

export function checkDashboards(files: readonly DashboardText[], parse: ParsePromql): CheckedDashboard[] {
  const seen: Seen = { uids: new Map(), titles: new Map() };
  return files.map((file) => checkFile(file, parse, seen));
}

function checkFile({ file, text, facts }: DashboardText, parse: ParsePromql, seen: Seen): CheckedDashboard {
  const dashboard = readDashboard(file, text);
  if ('problem' in dashboard) {
    const line = text.slice(0, dashboard.offset).split('\n').length;
    const finding: DashboardFinding = {
      ...{ file, panel: '', panelId: null, check: 'json/syntax', severity: 'error', path: '' },
      ...{ line, message: dashboard.problem },
    };
    return { file, title: '', panels: 0, queries: 0, findings: [finding] };
  }
  const queries = findQueries(dashboard, parse);
  const given: CheckFacts = { facts, queries, sound: queries.filter(({ promql }) => promql.errorAt === null) };
  const found = [
    ...Object.entries(CHECKS).flatMap(([check, [severity, run]]) =>
      run(dashboard, given).map((one) => ({ check, severity, ...one })),
    ),
    ...findTwins(dashboard, seen),
  ];
  return {
    file,
    title: dashboard.title ?? '',
    panels: dashboard.panels.filter(({ type }) => type !== 'row').length,
    queries: queries.length,
    findings: locate(file, text, found),
  };
}

type Judged = Found & { readonly check: string; readonly severity: Severity };

interface Seen {
  readonly uids: Map<string, string>;
  readonly titles: Map<string, string>;
}

/** Two dashboards with one uid overwrite each other; two with one title are taken for each other. */
function findTwins({ file, path, uid, title }: FoundDashboard, seen: Seen): Judged[] {
  const twins: Judged[] = [];
  for (const [key, value, known] of [
    ['uid', uid, seen.uids],
    ['title', title, seen.titles],
  ] as const) {
    if (value === undefined || value === '') continue;
    const before = known.get(value);
    if (before === undefined) known.set(value, file);
    else {
      const message = `has the ${key} "${value}" of ${before}`;
      twins.push({ path: joinPath(path, key), message, check: `dashboard/same-${key}`, severity: 'error' });
    }
  }
  return twins;
}

function locate(file: string, text: string, found: readonly Judged[]): DashboardFinding[] {
  if (found.length === 0) return [];
  const lines = findLines(text, new Set(found.flatMap(({ path }) => [...around(path)])));
  return found.map(({ path, panel, check, severity, message }) => ({
    file,
    panel: titleOf(panel),
    panelId: panel?.id ?? null,
    check,
    severity,
    path,
    line: [...around(path)].map((at) => lines.get(at)).find((line) => line !== undefined) ?? 1,
    message,
  }));
}

/** A missing field has no line: what is around it has. */
function* around(path: string): Generator<string> {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.search(/(?:\.[^.[\]]*|\[[^[\]]*\])$/)))) yield at;
  yield '';
}
