// Checks of panels that show nothing, or something else than is meant.

import { joinPath } from '../read/json-lines.ts';
import type { Check, Found } from './check.ts';

/** `$A`, `${A}` of a sum; reduce, resample and thresholds name one query. */
export const checkExpressionRef: Check = ({ panels }) =>
  panels.flatMap((panel) => {
    const known = new Set(panel.targets.map(({ refId }) => refId));
    return panel.targets.flatMap(({ path, expression }): Found[] => {
      if (expression === undefined || expression.text.trim() === '') return [];
      const { kind, text } = expression;
      const named =
        kind === 'math'
          ? [...text.matchAll(/\$(?:\{([^}]+)\}|([A-Za-z]\w*))/g)].map((use) => use[1] ?? use[2] ?? '')
          : [text.trim().replace(/^\$\{?|\}$/g, '')];
      return named
        .filter((name) => !known.has(name) && kind !== 'sql' && kind !== 'classic_conditions')
        .map((name) => ({
          path: joinPath(path, 'expression'),
          panel,
          message: `computes with the query ${name}, which it does not have`,
        }));
    });
  });

/** A line through one point is no line. */
export const checkInstant: Check = ({ panels }) =>
  panels.flatMap((panel) =>
    panel.targets
      .filter(({ instant, range }) => panel.type === 'timeseries' && instant && !range)
      .map(({ path }) => ({
        path: joinPath(path, 'instant'),
        panel,
        message: 'draws a line of one instant: nothing is seen; ask over the range',
      })),
  );

export const checkPanelAlert: Check = ({ panels }) =>
  panels
    .filter(({ hasAlert }) => hasAlert)
    .map((panel) => ({
      path: joinPath(panel.path, 'alert'),
      panel,
      message: 'has an alert of its own, which Grafana 11 no longer evaluates: nobody is told; make it a rule',
    }));

/** No share is ten times its whole by intention. */
const FAR_ABOVE_ONE = 10;

/** `percentunit` counts to 1, `percent` to 100: a scale of the other never shows anything. */
export const checkScale: Check = ({ panels }) =>
  panels.flatMap((panel): Found[] => {
    const { unit, max, min, thresholds, thresholdsAreShares } = panel;
    const defaults = joinPath(panel.path, 'fieldConfig.defaults');
    const isTooLarge = (value: number | null | undefined): boolean => (value ?? 0) >= FAR_ABOVE_ONE;
    if (min !== undefined && max !== undefined && min >= max)
      return [{ path: joinPath(defaults, 'min'), panel, message: `has a scale from ${min} to ${max}` }];
    if (unit === 'percentunit' && isTooLarge(max))
      return [{ path: joinPath(defaults, 'max'), panel, message: `shows shares from 0 to 1 on a scale up to ${max}` }];
    const step = thresholdsAreShares ? undefined : thresholds.find(isTooLarge);
    if (unit === 'percentunit' && step !== undefined) {
      const message = `has the threshold ${step} for shares from 0 to 1: write ${(step ?? 0) / 100}`;
      return [{ path: joinPath(defaults, 'thresholds.steps'), panel, message }];
    }
    if (unit === 'percent' && max === 1)
      return [{ path: joinPath(defaults, 'max'), panel, message: 'shows per cent on a scale up to 1: write 100' }];
    return [];
  });

/** Grafana takes a link without a scheme for one of its own pages. */
export const checkLink: Check = ({ links, panels }) =>
  [...links, ...panels.flatMap((panel) => panel.links)].flatMap(({ path, title, kind, url }): Found[] => {
    if (kind !== 'link') return [];
    const at = joinPath(path, 'url');
    if ((url ?? '').trim() === '') return [{ path: at, message: `the link "${title}" leads nowhere` }];
    if (!/^[\w./-]+\.md(?:#.*)?$/.test(url ?? '')) return [];
    return [
      { path: at, message: `the link "${title}" leads to ${url}, which Grafana does not serve: give its address` },
    ];
  });
