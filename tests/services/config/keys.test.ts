// A key that nobody reads is a promise that nobody keeps.

import { expect, test } from 'vitest';
import { ROOT } from '../../../lib/services/config/config.ts';
import type { SchemaNode, Shape } from '../../../lib/services/config/schema.ts';
import { readSources } from '../../architecture/read-sources.ts';

/** The names by which the fields below a node are read. */
function namesOf(node: SchemaNode): string[] {
  const below = (shape: Shape): string[] =>
    Object.entries(shape).flatMap(([name, each]) => (each.node === 'field' ? [name] : namesOf(each)));
  switch (node.node) {
    case 'field':
      return [];
    case 'group':
      return below(node.shape);
    case 'table':
      return namesOf(node.entry);
    case 'variants':
      return [...below(node.shared), ...Object.values(node.forms).flatMap(below)];
  }
}

test('every key of the configuration is read outside of it', () => {
  const sources = [...readSources(/^lib\/.*\.ts$/)].filter(([path]) => !path.startsWith('lib/services/config/'));
  const words = new Set(sources.flatMap(([, text]) => text.match(/\w+/g) ?? []));
  const names = namesOf(ROOT);
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !words.has(name))).toEqual([]);
});
