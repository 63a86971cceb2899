// What may not be in the repository: outside hosts, machine paths, secrets, stray top-level names, unpinned packages.

import { describe, expect, test } from 'vitest';
import { listFiles, readSources } from '../architecture/read-sources.ts';

const TEXTS = readSources(
  /\.(?:ts|mjs|js|json|ya?ml|md|sh|service|timer|path|target|conf|txt|toml|snap|csv|tmpl)$|^\.[^/]*$|\/run$/,
);

/** Written so that the patterns do not match their own source. */
const FORBIDDEN: Record<string, { readonly pattern: RegExp; readonly planted: string }> = {
  'a package registry': {
    pattern: /https?:\/\/[a-z0-9.-]*(?:npm|debian)[a-z0-9.-]*/i,
    planted: `https:${'//'}registry.npm.example/a`,
  },
  'a path of one machine': {
    pattern: /(?<![\w.$}*-])\/(?:work|root|home\/\w+|Users\/\w+)\/\w/,
    planted: `see /${'home'}/anna/notes`,
  },
  'a private key': { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY/, planted: `${'-----'}BEGIN RSA PRIVATE KEY-----` },
  'a Slack token': { pattern: /\bxox[abeprs]-[\w-]{20,}/, planted: `xoxb-${'1'.repeat(24)}` },
  'a Slack webhook': {
    pattern: /hooks\.slack\.com\/services\/T\w{8,}\/B\w{8,}\/\w{20,}/,
    planted: `hooks.slack.com/services/T${'1'.repeat(9)}/B${'1'.repeat(9)}/${'a'.repeat(24)}`,
  },
  'a Telegram token': { pattern: /\b\d{8,}:AA[\w-]{30,}/, planted: `123456789:AA${'b'.repeat(33)}` },
  'a PagerDuty key': {
    pattern: /routing_?key['"]?\s*[:=]\s*['"]?[0-9a-f]{32}\b/i,
    planted: `routing_key: ${'0a'.repeat(16)}`,
  },
  'a cloud or forge key': {
    pattern: /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|gls[ab]_\w{20,})/,
    planted: `ghp_${'a'.repeat(36)}`,
  },
};

describe('no tracked text contains', () => {
  for (const [what, { pattern, planted }] of Object.entries(FORBIDDEN)) {
    test(what, () => {
      expect(pattern.test(planted)).toBe(true);
      expect(linesWith(pattern)).toEqual([]);
    });
  }
});

function linesWith(pattern: RegExp): string[] {
  return [...TEXTS].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
}

describe('the repository', () => {
  test('has only the agreed names at its top level', () => {
    const agreed = [
      ...['.ci', '.github', 'config', 'docs', 'lib', 'logs', 'runbooks', 'scripts', 'systemd', 'tests'],
      ...['.gitignore', '.npmrc', 'README.md', 'biome.json', 'package-lock.json', 'package.json', 'tsconfig.json'],
      'vitest.config.ts',
    ];
    const found = new Set(listFiles().map((path) => path.split('/')[0] ?? path));
    expect([...found].filter((name) => !agreed.includes(name))).toEqual([]);
  });

  test('keeps no file that a build or a run makes', () => {
    expect(
      listFiles().filter((path) => /^(?:dist|node_modules|coverage|logs\/runbooks|\.mdops)(?:\/|$)/.test(path)),
    ).toEqual([]);
  });
});

describe('the packages', () => {
  const manifest = JSON.parse(TEXTS.get('package.json') ?? '{}') as Record<string, Record<string, string>>;
  const lock = JSON.parse(TEXTS.get('package-lock.json') ?? '{}') as {
    packages: Record<
      string,
      {
        resolved?: string;
        version?: string;
        hasInstallScript?: boolean;
        dev?: boolean;
        optionalDependencies?: Record<string, string>;
      }
    >;
  };

  test('are named by the lock file without an address', () => {
    const resolved = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined);
    expect(resolved).toEqual([]);
    expect(Object.keys(lock.packages).length).toBeGreaterThan(10);
  });

  test('are all in the lock file, those of other platforms too: without them npm ci refuses', () => {
    const optional = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(optional.filter((name) => !Object.hasOwn(lock.packages, `node_modules/${name}`))).toEqual([]);
    expect(optional.length).toBeGreaterThan(10);
  });

  test('are pinned to exact versions, the same in manifest and lock', () => {
    const wanted = { ...manifest['dependencies'], ...manifest['devDependencies'] };
    const locked = Object.keys(wanted).map((name) => [name, lock.packages[`node_modules/${name}`]?.version]);
    expect(Object.fromEntries(locked)).toEqual(wanted);
  });

  test('are at most a dozen at run time, none of which runs a script when installed', () => {
    expect(Object.keys(manifest['dependencies'] ?? {}).length).toBeLessThanOrEqual(12);
    const scripted = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript && entry.dev !== true);
    expect(scripted.map(([path]) => path)).toEqual([]);
  });
});
