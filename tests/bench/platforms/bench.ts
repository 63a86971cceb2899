// Seconds for `rules check` and `dashboards check`: over everything shipped, and over a thousand rules and two hundred
// dashboards made of what is shipped.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median } from '../bars.ts';

const RUNS = 3;
const SHIPPED = { what: 'everything shipped', most: 5 };
const LARGE = { what: '1,000 rules and 200 dashboards', most: 15 };
const RULES = 1_000;
const DASHBOARDS = 200;
const { NODE_EXTRA_CA_CERTS: _unset, ...env } = process.env;
const program = resolve('dist/mdops.js');

function seconds(cwd: string): number {
  const began = performance.now();
  for (const name of ['rules', 'dashboards']) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, name, 'check'], {
      cwd,
      env,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (status !== 0) throw new Error(`${name} check ended with ${status}: ${stdout.slice(0, 2_000)}${stderr}`);
  }
  return (performance.now() - began) / 1_000;
}

/** One platform, its rules under other names and its dashboards under other titles, until there are enough. */
function makeLarge(directory: string): { rules: number; dashboards: number } {
  const name = 'ai-trading-core';
  const folder = join(directory, 'config/platforms', name);
  cpSync('config', join(directory, 'config'), { recursive: true });
  cpSync('runbooks', join(directory, 'runbooks'), { recursive: true });
  for (const other of readdirSync(join(directory, 'config/platforms')))
    if (other !== name) rmSync(join(directory, 'config/platforms', other), { recursive: true });
  const rules = readFileSync(join(folder, 'rules/live-feed.yml'), 'utf8');
  const each = rules.match(/^ {6}- (?:alert|record): /gm)!.length;
  let count = each;
  for (let copy = 1; count < RULES; copy += 1) {
    const renamed = rules
      .replace(/^( {2}- name: )(\S+)/m, `$1$2-${copy}`)
      .replace(/\b(alert: )(\w+)/g, `$1$2_${copy}`)
      .replace(/\b(?:[a-z_]+:)?fe[a-z_]+:[a-z]\w*/g, `$&_${copy}`);
    writeFileSync(join(folder, `rules/copy-${copy}.yml`), renamed);
    count += each;
  }
  const boards = join(folder, 'grafana/dashboards');
  const [file] = readdirSync(boards, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'));
  const board = JSON.parse(readFileSync(join(boards, file!), 'utf8')) as { uid: string; title: string };
  mkdirSync(join(boards, 'copies'), { recursive: true });
  for (let copy = 1; copy < DASHBOARDS; copy += 1) {
    const renamed = { ...board, uid: `${board.uid}-${copy}`, title: `${board.title} ${copy}` };
    writeFileSync(join(boards, `copies/${copy}.json`), JSON.stringify(renamed, null, 2));
  }
  return { rules: count, dashboards: DASHBOARDS };
}

if (!existsSync(program)) throw new Error('build first');
const directory = mkdtempSync(join(tmpdir(), 'mdops-bench-platforms-'));
try {
  const { rules, dashboards } = makeLarge(directory);
  let missed = 0;
  for (const [cwd, bar] of [
    [process.cwd(), SHIPPED],
    [directory, LARGE],
  ] as const) {
    const taken = median(Array.from({ length: RUNS }, () => seconds(cwd)));
    if (taken > bar.most) missed += 1;
    process.stdout.write(
      `${bar.what}: ${taken.toFixed(1)} s (bar ${bar.most} s)${taken > bar.most ? ' NOT MET' : ''}\n`,
    );
  }
  process.stdout.write(`large: ${rules} rules, ${dashboards} dashboards\n`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
