// The arrows of the house hold, and the check that says so finds each kind of mistake when it is planted.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the planted texts are source code.

import { describe, expect, test } from 'vitest';
import { findBrokenHabits } from './architecture/habits.ts';
import { readSources } from './architecture/read-sources.ts';
import { findViolations } from './architecture/violations.ts';

const PRODUCT = readSources(/^(?:lib|scripts)\/.*\.ts$/);

describe('the product', () => {
  test('imports only along the arrows, and touches the world only from its effects', () => {
    expect(findViolations(PRODUCT)).toEqual([]);
  });

  test('keeps the habits of its files', () => {
    expect(findBrokenHabits(PRODUCT)).toEqual([]);
  });

  test('is long enough to be worth judging', () => {
    expect(PRODUCT.size).toBeGreaterThan(20);
  });
});

describe('the tests and the set-up', () => {
  test('keep the habits of their files', () => {
    expect(findBrokenHabits(readSources(/^(?:tests|\.ci)\/.*\.(?:ts|mjs)$|^[\w.]+\.config\.ts$/))).toEqual([]);
  });
});

/** A mistake → the file it is planted in, the line planted, and what is said about it. */
const PLANTED_ARROWS: Record<string, readonly [file: string, text: string, said: string]> = {
  'base imports something of ours': [
    'lib/base/planted.ts',
    "import { x } from '../domain/health.ts';",
    'lib/base may not import lib/domain',
  ],
  'domain looks at an effect': [
    'lib/domain/planted.ts',
    "import type { Clock } from '../effects/clock.ts';",
    'lib/domain may not import lib/effects',
  ],
  'a service makes its own effect': [
    'lib/services/planted.ts',
    "import { createClock } from '../effects/real-clock.ts';",
    'lib/services may import only types of lib/effects',
  ],
  'a service hides an effect among types': [
    'lib/services/planted.ts',
    "import { type Clock, createClock } from '../effects/real-clock.ts';",
    'lib/services may import only types of lib/effects',
  ],
  'a client imports a flow': [
    'lib/clients/grafana/planted.ts',
    "import { x } from '../../flows/failover/steps.ts';",
    'lib/clients may not import lib/flows',
  ],
  'a flow calls a client': [
    'lib/flows/failover/planted.ts',
    "const { x } = await import('../../clients/grafana/client.ts');",
    'lib/flows may import only types of lib/clients',
  ],
  'a flow takes more than types from the frame': [
    'lib/flows/failover/planted.ts',
    "import { run } from '../../run/run.ts';",
    'lib/flows may import only types of lib/run',
  ],
  'a script reaches into a service': [
    'scripts/planted.ts',
    "import { x } from '../lib/services/lock.ts';",
    'scripts may not import lib/services',
  ],
  'the embedded environment uses a client': [
    'lib/sim/planted.ts',
    "export * from '../clients/grafana/client.ts';",
    'lib/sim may not import lib/clients',
  ],
  'a test is imported by the product': [
    'lib/run/planted.ts',
    "import { x } from '../../tests/planted.ts';",
    'lies in no room',
  ],
  'a relative import has no extension': [
    'lib/base/planted.ts',
    "import { x } from './fault';",
    'without its extension',
  ],
  'a package without a home is imported': ['lib/services/planted.ts', "import axios from 'axios';", 'has no home'],
  'a package is imported away from its home': [
    'lib/run/planted.ts',
    "const { request } = await import('undici');",
    'whose home is lib/effects/undici-transport.ts',
  ],
  'a type of a package leaks from its home': [
    'lib/run/planted.ts',
    "let agent: import('undici').Agent;",
    'whose home is lib/effects/undici-transport.ts',
  ],
  'files are read outside the effects': [
    'lib/services/planted.ts',
    "import { readFileSync } from 'node:fs';",
    'imports node:fs: I/O belongs in lib/effects',
  ],
  'files are read through require style names': ['lib/run/planted.ts', "import fs from 'fs';", 'without "node:"'],
  'random bytes hide behind a pure hash': [
    'lib/services/planted.ts',
    "import { createHash, randomBytes } from 'node:crypto';",
    'imports randomBytes of node:crypto',
  ],
  'the wall clock is read in a decision': ['lib/domain/planted.ts', 'const now = Date.now();', 'uses Date.now'],
  'the wall clock is read as a new Date': ['lib/flows/x/planted.ts', 'const now = new Date();', 'uses new Date()'],
  'a timer is set in a flow': ['lib/flows/x/planted.ts', 'setTimeout(() => {}, 5);', 'uses timers'],
  'a deadline is set past the clock': [
    'lib/clients/x/planted.ts',
    'AbortSignal.timeout(5);',
    'uses AbortSignal.timeout',
  ],
  'chance decides': ['lib/domain/planted.ts', 'const jitter = Math.random();', 'uses Math.random'],
  'the environment is read in a service': ['lib/services/planted.ts', "const x = process.env['A'];", 'uses process'],
  'the environment is read inside a template': [
    'lib/services/planted.ts',
    'const x = `a ${process.env.A} b`;',
    'uses process',
  ],
  'the network is reached past the port': ['lib/clients/x/planted.ts', "await fetch('http://a');", 'uses fetch'],
  'something is printed past the terminal': ['lib/flows/x/planted.ts', "console.log('a');", 'uses console'],
};

describe('a planted violation is found:', () => {
  // All at once, each in a file of its own, among the real ones.
  const planted = Object.entries(PLANTED_ARROWS).map(([mistake, [file, text, said]], index) => {
    return {
      mistake,
      said,
      path: file.replace('planted', `planted-${index}`),
      text: `// Owns a mistake.\n\n${text}\n`,
    };
  });
  const all = findViolations(new Map([...PRODUCT, ...planted.map(({ path, text }) => [path, text] as const)]));

  for (const { mistake, said, path } of planted) {
    test(mistake, () => {
      const found = all.filter((sentence) => sentence.startsWith(`${path}:`));
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(said);
      expect(found[0]).toContain(`${path}:3`);
    });
  }

  test('a cycle of three files, types and late imports included', () => {
    const cycle = new Map([
      ['lib/domain/a.ts', "import { b } from './b.ts';"],
      ['lib/domain/b.ts', "import type { C } from './c.ts';"],
      ['lib/domain/c.ts', "export const a = () => import('./a.ts');"],
      ['lib/domain/d.ts', "import { a } from './a.ts';"],
    ]);
    expect(findViolations(cycle)).toEqual(['cycle: lib/domain/a.ts → lib/domain/b.ts → lib/domain/c.ts']);
  });

  test('a second file that imports a package', () => {
    const twice = new Map([
      ['lib/effects/a.ts', "import { $ } from 'zx';"],
      ['lib/effects/b.ts', "const zx = await import('zx');"],
    ]);
    expect(findViolations(twice)).toEqual(['zx has 2 importing files: lib/effects/a.ts, lib/effects/b.ts']);
  });
});

describe('what only looks like a violation is left alone:', () => {
  const INNOCENT: Record<string, readonly [file: string, text: string]> = {
    'a word in a comment': ['lib/domain/innocent.ts', '// never Date.now() here\n/* process.env */'],
    'a word in a string': ['lib/domain/innocent.ts', 'const a = "process.env"; const b = \'fetch(\';'],
    'a word in a template, beside a substitution': [
      'lib/domain/innocent.ts',
      'const a = `Date.now() ${1 + 1} fetch(`;',
    ],
    'a word in a regular expression': ['lib/domain/innocent.ts', 'const a = /process.env["\'`]/; const b = 1;'],
    'a date made from a value': ['lib/domain/innocent.ts', 'const a = new Date(5); const b = Date.parse("");'],
    'a property of the same name': ['lib/domain/innocent.ts', 'feed.fetch(); this.process.run(); clock.setTimeout;'],
    'a type of an effect in a service': [
      'lib/services/innocent.ts',
      "import type { Clock } from '../effects/clock.ts';\nimport { type Files } from '../effects/files.ts';",
    ],
    'an import statement inside a string': ['lib/base/innocent.ts', 'const a = "import x from \'undici\'";'],
    'a pure module of Node': ['lib/domain/innocent.ts', "import { join } from 'node:path';"],
  };

  for (const [name, [file, text]] of Object.entries(INNOCENT)) {
    test(name, () => {
      expect(findViolations(new Map([[file, text]]))).toEqual([]);
    });
  }
});

describe('a broken habit is found:', () => {
  const line = '// Owns a mistake.\n';
  const BROKEN: Record<string, readonly [file: string, text: string, said: string]> = {
    'no first comment': ['lib/base/a.ts', "import 'x';\n", 'does not begin with a comment'],
    '301 lines': ['lib/base/a.ts', line + 'const a = 1;\n'.repeat(300), 'has 301 lines'],
    camelCase: ['lib/base/parseThing.ts', line, 'kebab-case'],
    'a vague name': ['lib/base/time-utils.ts', line, 'says nothing'],
    'a vague room': ['lib/services/helpers/a.ts', line, 'says nothing'],
    'a barrel by star': ['lib/base/a.ts', `${line}export * from './fault.ts';\n`, 'barrel'],
    'a barrel by names': ['lib/base/a.ts', `${line}export { a, b } from './fault.ts';\n`, 'barrel'],
    'an index': ['lib/base/index.ts', `${line}export const a = 1;\n`, 'barrel'],
    'a default export': ['lib/base/a.ts', `${line}export default 1;\n`, 'default export'],
    'module state that changes': ['lib/base/a.ts', `${line}let count = 0;\n`, 'mutable module state'],
  };

  for (const [name, [file, text, said]] of Object.entries(BROKEN)) {
    test(name, () => {
      const found = findBrokenHabits(new Map([[file, text]]));
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(said);
    });
  }

  test('but 300 lines, a shebang and a re-export beside own code are fine', () => {
    const fine = new Map([
      ['lib/base/a.ts', line + 'const a = 1;\n'.repeat(299)],
      ['scripts/b.ts', `#!/usr/bin/env node\n${line}`],
      ['lib/base/c.ts', `${line}export { a } from './a.ts';\nexport const c = 1;\n`],
    ]);
    expect(findBrokenHabits(fine)).toEqual([]);
  });
});
