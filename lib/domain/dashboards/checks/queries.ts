// Every PromQL expression of a dashboard: of panels, annotations and variables.

import type { ParsePromql } from '../../rules/promql.ts';
import { fillIn } from '../promql/variables.ts';
import type { FoundDashboard } from '../read/dashboard.ts';
import { joinPath } from '../read/json-lines.ts';
import type { Query } from './check.ts';
import { sourceType, typeOf } from './sources.ts';

export function findQueries(dashboard: FoundDashboard, parse: ParsePromql): Query[] {
  return [...ofPanels(dashboard, parse), ...ofAnnotations(dashboard, parse), ...ofVariables(dashboard, parse)];
}

function ofPanels(dashboard: FoundDashboard, parse: ParsePromql): Query[] {
  return dashboard.panels.flatMap((panel) =>
    panel.targets.flatMap((target): Query[] => {
      if (target.expr === undefined || target.expr.trim() === '') return [];
      if ((sourceType(dashboard, panel, target) ?? guessFrom(target.expr)) !== 'prometheus') return [];
      const path = joinPath(target.path, 'expr');
      return [{ path, text: target.expr, promql: parse(fillIn(target.expr)), panel, target }];
    }),
  );
}

/** LogQL pipes; PromQL knows no such sign outside its texts. */
function guessFrom(expr: string): string {
  return expr.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '').includes('|') ? 'loki' : 'prometheus';
}

function ofAnnotations(dashboard: FoundDashboard, parse: ParsePromql): Query[] {
  return dashboard.annotations.flatMap(({ path, expr, datasource }): Query[] => {
    if (expr === undefined || expr.trim() === '') return [];
    if ((typeOf(dashboard, datasource) ?? 'prometheus') !== 'prometheus') return [];
    const at = joinPath(path, 'expr');
    return [{ path: at, text: expr, promql: parse(fillIn(expr)), panel: undefined, target: undefined }];
  });
}

/** `label_values(expr, label)` and `query_result(expr)` hold an expression; the others hold none. */
function ofVariables(dashboard: FoundDashboard, parse: ParsePromql): Query[] {
  return dashboard.variables.flatMap(({ path, type, query, datasource }): Query[] => {
    if (type !== 'query' || (typeOf(dashboard, datasource) ?? 'prometheus') !== 'prometheus') return [];
    const expr = expressionIn(query);
    if (expr === null) return [];
    const at = joinPath(path, 'query');
    return [{ path: at, text: query, promql: parse(fillIn(expr)), panel: undefined, target: undefined }];
  });
}

export interface LabelValues {
  readonly expr: string;
  readonly label: string;
}

export function readLabelValues(query: string): LabelValues | null {
  const match = /^\s*label_values\(\s*(?:([\s\S]+),)?\s*([\w$]+|"[^"]+")\s*\)\s*$/.exec(query);
  if (match === null) return null;
  return { expr: match[1]?.trim() ?? '', label: (match[2] ?? '').replaceAll('"', '') };
}

function expressionIn(query: string): string | null {
  const values = readLabelValues(query);
  if (values !== null) return values.expr === '' ? null : values.expr;
  return /^\s*query_result\(([\s\S]+)\)\s*$/.exec(query)?.[1] ?? null;
}
