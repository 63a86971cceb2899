// Checks of variables: each used, each declared, each asked for values that exist.

import { nearest } from '../../../base/nearest.ts';
import { findSelectors } from '../../rules/selectors.ts';
import { findUses, isBuiltIn, PLACEHOLDER } from '../promql/variables.ts';
import { joinPath } from '../read/json-lines.ts';
import { type Check, type Found, inQuery } from './check.ts';
import { readLabelValues } from './queries.ts';

export const checkUnusedVariable: Check = ({ variables, texts, panels, rows }) => {
  const used = new Set([...panels, ...rows].flatMap(({ repeat }) => repeat ?? []));
  for (const { path, text } of texts) {
    for (const { name } of findUses(text)) if (!isOwnField(variables, path, name)) used.add(name);
  }
  return variables
    .filter(({ name, type }) => name !== '' && type !== 'adhoc' && type !== 'snapshot' && !used.has(name))
    .map(({ path, name }) => ({
      path: joinPath(path, 'name'),
      message: `the variable ${name} is used by nothing: whoever changes it sees no change`,
    }));
};

/** What a variable says about itself (its query, its current value) is no use of it. */
function isOwnField(variables: readonly { path: string; name: string }[], path: string, name: string): boolean {
  return variables.some((variable) => variable.name === name && path.startsWith(`${variable.path}.`));
}

export const checkUndefinedVariable: Check = ({ variables, inputs, texts, panels, rows }) => {
  const known = new Set([...variables.map(({ name }) => name), ...inputs]);
  const seen = new Set<string>();
  const found: Found[] = [];
  for (const { path, repeat } of [...rows, ...panels.filter(({ type }) => type !== 'row')]) {
    if (repeat === undefined || repeat === '' || known.has(repeat.replace(/^\$/, ''))) continue;
    found.push({
      path: joinPath(path, 'repeat'),
      message: `is repeated for the variable ${repeat}, which is not declared`,
    });
  }
  for (const { path, text } of texts) {
    if (!isEvaluated(path)) continue;
    for (const { name } of findUses(text)) {
      if (known.has(name) || isBuiltIn(name) || seen.has(`${path} ${name}`)) continue;
      seen.add(`${path} ${name}`);
      const close = nearest(name, [...known]);
      const panel = panels.find((one) => path.startsWith(`${one.path}.`));
      const message = `uses the variable ${name}, which is not declared${close === undefined ? '' : `: did you mean ${close}?`}`;
      found.push({ path, message, ...(panel === undefined ? {} : { panel }) });
    }
  }
  return found;
};

/** Where Grafana fills variables in; a dollar in other texts (templates, regular expressions) is a dollar. */
function isEvaluated(path: string): boolean {
  return (
    /(?:^|\.)(?:expr|query|definition|title|legendFormat|interval|uid|timeFrom|datasource|datasource\.uid)$/.test(
      path,
    ) &&
    !path.includes('options.') &&
    !path.includes('__inputs')
  );
}

export const checkSameVariable: Check = ({ variables }) => {
  const names = variables.map(({ name }) => name);
  return variables
    .filter(({ name }, index) => names.indexOf(name) !== index)
    .map(({ path, name }) => ({ path: joinPath(path, 'name'), message: `the variable ${name} is declared twice` }));
};

/** `="$feed"` with two feeds chosen asks for a feed called `a|b`, and with "All" for one called `.*`. */
export const checkManyValues: Check = ({ variables }, { sound }) => {
  const many = new Set(variables.filter(({ isMany }) => isMany).map(({ name }) => name));
  return sound.flatMap((query) =>
    findSelectors(query.promql).flatMap(({ matchers }) =>
      matchers
        .filter(({ op, value }) => (op === '=' || op === '!=') && value.startsWith(PLACEHOLDER))
        .map(({ label, op, value }) => ({ label, op, name: value.slice(PLACEHOLDER.length) }))
        .filter(({ name }) => many.has(name))
        .map(({ label, op, name }) =>
          inQuery(
            query,
            `matches ${label}${op}"$${name}", but ${name} may hold several values: use ${op === '=' ? '=~' : '!~'}`,
          ),
        ),
    ),
  );
};

export const checkVariableQuery: Check = ({ variables }, { sound, facts }) =>
  variables.flatMap((variable): Found[] => {
    if (variable.type !== 'query') return [];
    const path = joinPath(variable.path, 'query');
    const own = findUses(variable.query).find(({ name }) => name === variable.name);
    if (own !== undefined)
      return [
        { path, message: `the variable ${variable.name} asks by its own value: what was chosen once is all there is` },
      ];
    if (variable.query.trim() === '') return [{ path, message: `the variable ${variable.name} asks for nothing` }];
    const values = readLabelValues(variable.query);
    const query = sound.find((one) => one.path === path);
    if (values === null || query === undefined || values.label.includes('$')) return [];
    return findSelectors(query.promql).flatMap(({ metric }) => {
      const labels = facts.labelsOf(metric);
      if (labels === null || labels.has(values.label) || facts.scrapeLabels.has(values.label)) return [];
      const message = `the variable ${variable.name} asks for values of ${values.label}, a label that ${metric} does not have`;
      return [{ path, message }];
    });
  });
