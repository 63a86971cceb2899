// The first command in a fresh clone: what it says and how it ends when something is missing or fails.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let clone = '';

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'mdops clone 100% '));
  cpSync('.ci', join(clone, '.ci'), { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) cpSync(name, join(clone, name));
  put(
    '.ci/build.mjs',
    "import { mkdirSync, writeFileSync } from 'node:fs';\nmkdirSync('dist', { recursive: true });\n",
  );
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

describe('set-up without permission to install', () => {
  test('names the npm command, and the closing line counts as failed', () => {
    const ended = run('test', { MDOPS_NO_INSTALL: '1' });
    expect(ended.stderr).toContain('run "npm ci"');
    expect(ended.stdout).toBe('0 passed, 1 failed\n');
    expect(ended.status).toBe(69);
  });

  test('says which package of an older clone differs', () => {
    put('package-lock.json', '{"packages":{"":{},"node_modules/a":{"version":"2.0.0"}}}');
    put('node_modules/.package-lock.json', '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
    expect(run('start', { MDOPS_NO_INSTALL: '1' }).stderr).toContain('(a is 1.0.0, wanted 2.0.0)');
  });

  test('goes on when only packages for other platforms are absent', () => {
    installed();
    put('package-lock.json', '{"packages":{"":{},"node_modules/a":{"version":"2.0.0","optional":true}}}');
    expect(run('start', { MDOPS_NO_INSTALL: '1' })).toMatchObject({ status: 0, stdout: 'product: --help\n' });
  });

  test('names each missing program, what is reduced and how to get it, and runs all the same', () => {
    installed();
    put('.ci/programs.mjs', withSearchPath('[]'));
    const ended = run('start', { MDOPS_NO_INSTALL: '1' });
    expect(ended.stderr).toContain('MDOPS_NO_INSTALL=1: not installing prometheus, promtool, prometheus-pushgateway');
    expect(ended.stderr).toContain(
      'nats-server is missing: no NATS control plane. Install it: apt-get install nats-server',
    );
    expect(ended.stderr).not.toContain('chromium');
    expect(ended).toMatchObject({ status: 0, stdout: 'product: --help\n' });
  });
});

describe('the build', () => {
  test('is repeated only when a source is newer', () => {
    installed();
    put('lib/a.ts', '// Owns nothing.\n');
    utimesSync(join(clone, 'lib/a.ts'), new Date('2100-01-01'), new Date('2100-01-01'));
    expect(run('start').stderr).toContain('Building dist/.');
    utimesSync(join(clone, 'dist/mdops.js'), new Date('2100-01-02'), new Date('2100-01-02'));
    expect(run('start').stderr).toBe('');
  });

  test('that fails ends the command before the task', () => {
    installed();
    rmSync(join(clone, 'dist'), { recursive: true });
    put('.ci/build.mjs', 'process.exitCode = 3;\n');
    expect(run('start')).toMatchObject({ status: 69, stdout: '' });
  });
});

test('an unknown task is a usage error that names the known ones', () => {
  const ended = run('deploy');
  expect(ended).toMatchObject({ status: 64, stdout: '' });
  expect(ended.stderr).toMatch(/^mdops: Cannot run "deploy": wanted one of start, test, ok, bench\b/);
});

/** What the checks answered → the closing line and the exit code. */
const CLOSINGS: Record<string, readonly [counts: string, closing: string, status: number]> = {
  'all passed': ['[{passed:1,failed:0},{passed:7,failed:0}]', '8 passed, 0 failed', 0],
  'one failed early': ['[{passed:0,failed:1},{passed:7,failed:0}]', '7 passed, 1 failed', 1],
  'nothing ran': ['[{passed:0,failed:0}]', '0 passed, 0 failed', 1],
};

describe('the closing line is the last one, alone, when', () => {
  for (const [name, [counts, closing, status]] of Object.entries(CLOSINGS)) {
    test(name, () => {
      const program = `
        const { runChecks } = await import(${JSON.stringify(resolve('.ci/checks.mjs'))});
        process.exitCode = await runChecks(${counts}.map((count) => ({ name: 'x', run: async () => count })));`;
      const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
      expect(ended.stdout.endsWith(`${closing}\n`)).toBe(true);
      expect(ended.stdout.split('\n').filter((line) => line === closing)).toHaveLength(1);
      expect(ended.status).toBe(status);
    });
  }
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text);
}

/** Packages by a link, as in a work tree, and a product that says how it was called. */
function installed(): void {
  mkdirSync(join(clone, 'packages'));
  symlinkSync(join(clone, 'packages'), join(clone, 'node_modules'));
  put('dist/mdops.js', "console.log('product: ' + process.argv.slice(2).join(' '));\n");
}

/** Only the search path is replaced: this machine has the programs. */
function withSearchPath(path: string): string {
  return `${readFileSync('.ci/programs.mjs', 'utf8').replace(/return \[\.\.\.new Set\([\s\S]*?\)\];/, `return ${path};`)}`;
}

function run(
  task: string,
  env: Record<string, string> = {},
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['.ci/first.mjs', task], {
    cwd: clone,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
