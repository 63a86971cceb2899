// `=` compares texts: a pattern behind it is a value that no label has.

import { PLACEHOLDER } from '../../dashboards/promql/variables.ts';
import { findSelectors } from '../selectors.ts';
import type { FindMistakes } from './mistake.ts';

const PATTERN = /\.[*+]|\||\[[^\]]+\]|\\d|^\d\.\.$/;

export const findPatternAsText: FindMistakes = (promql) =>
  findSelectors(promql).flatMap(({ matchers }) =>
    matchers
      .filter(({ op, value }) => (op === '=' || op === '!=') && PATTERN.test(value) && !value.includes(PLACEHOLDER))
      .map(
        ({ label, op, value }) =>
          `matches ${label}${op}"${value}" letter by letter: a pattern needs ${op === '=' ? '=~' : '!~'}`,
      ),
  );
