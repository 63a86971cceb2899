// Promise R18: a dry run writes nothing outside its log, changes nothing, and prints the plan that the real run executes.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { mdops } from '../support/mdops.ts';

let cwd = '';

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-dry-'));
});

/** Every file below a directory with its content, logs left out. */
function everything(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (name === 'logs' || name.startsWith('logs/')) continue;
    const path = join(directory, name);
    found[name] = statSync(path).isDirectory() ? 'directory' : readFileSync(path, 'latin1');
  }
  return found;
}

function planHash(stdout: string): string {
  const { run } = JSON.parse(stdout) as { run: { plan_hash: string; id: string | null } };
  expect(run.plan_hash).toMatch(/^[0-9a-f]{64}$/);
  return run.plan_hash;
}

const NOW = '2026-01-05T10:00:00+08:00';

function feedFiles(): string[] {
  writeFileSync(join(cwd, 'catalogue.json'), JSON.stringify(['rb2501.SHFE', 'ag2502.SHFE']));
  const tick = { symbol: 'rb2501.SHFE', subscription_id: '1', created_at: NOW, last_tick_at: NOW, active: true };
  writeFileSync(join(cwd, 'active.json'), JSON.stringify([tick]));
  return ['--catalogue', 'catalogue.json', '--active-file', 'active.json', '--now', NOW];
}

function strangeBackup(): string {
  writeFileSync(join(cwd, 'strange.tar'), 'no backup');
  return 'strange.tar';
}

/** Nobody listens there: a dry run that asked would say so. */
function probeTarget(): string[] {
  mkdirSync(join(cwd, 'config'));
  writeFileSync(join(cwd, 'config', 'mdops.yaml'), 'probes: { x: { kind: http, url: "http://127.0.0.1:9/" } }\n');
  return ['--target', 'x'];
}

test.each<[string, () => string[], readonly number[]]>([
  ['a watched job', () => ['job-watch', '--name', 'pack', '--', 'touch', 'acted'], [0]],
  ['a check from files', () => ['check-feed-health', ...feedFiles(), '--out', 'json', '--out-dir', 'out'], [2]],
  ['a start of the environment', () => ['start-live-env', 'start', '--mock'], [0]],
  ['a pause of automation', () => ['automation', 'pause', 'primary', '--for', '1h', '--reason', 'test'], [0]],
  ['a backup', () => ['backup', 'create'], [0]],
  ['a restore', () => ['backup', 'restore', strangeBackup()], [77]],
  ['a probe of a target', () => ['probe', ...probeTarget()], [0]],
  ['a flush of the spool', () => ['spool', 'flush'], [0, 1]],
])('%s writes nothing', async (_what, words, exits) => {
  const typed = dry(words());
  const before = everything(cwd);
  const ran = await mdops(typed, { cwd });
  expect(exits, ran.stderr).toContain(ran.exit);
  expect(everything(cwd)).toEqual(before);
});

/** `--dry-run` goes before a `--`: what stands behind that belongs to the job. */
function dry(words: readonly string[]): string[] {
  const at = words.indexOf('--');
  return at < 0 ? [...words, '--dry-run'] : [...words.slice(0, at), '--dry-run', ...words.slice(at)];
}

test('the plan of a dry run is the plan that the real run executes', async () => {
  const words = ['job-watch', '--name', 'pack', '--json', '--', 'touch', 'acted'];
  const dryRun = (await mdops(dry(words), { cwd })).stdout;
  const planned = planHash(dryRun);
  expect(JSON.parse(dryRun)).toMatchObject({
    planned: true,
    run: { plan: [{ name: 'run job', kind: 'manual', input: { job: 'pack', argv: ['touch', 'acted'] } }] },
  });
  expect(readdirSync(cwd)).not.toContain('acted');
  const done = planHash((await mdops(words, { cwd })).stdout);
  expect(readdirSync(cwd)).toContain('acted');
  expect(done).toBe(planned);
  const other = planHash((await mdops(dry(['job-watch', '--name', 'pack', '--json', '--', 'true']), { cwd })).stdout);
  expect(other).not.toBe(planned);
});

test('a backup that prunes plans the removals that the backup it makes brings about', async () => {
  const env = { MDOPS_STATE_DIR: 'state', MDOPS_BACKUP_DIR: 'backups' };
  expect((await mdops(['backup', 'create'], { cwd, env })).exit).toBe(0);
  const words = ['backup', 'create', '--keep', '1', '--json'];
  const planned = await mdops([...words, '-n'], { cwd, env });
  const before = readdirSync(join(cwd, 'backups'));
  const done = await mdops([...words, '--yes'], { cwd, env });
  expect(planHash(done.stdout)).toBe(planHash(planned.stdout));
  expect(JSON.parse(planned.stdout)).toMatchObject({ planned: true, pruned: { removed: before } });
  expect(JSON.parse(done.stdout)).toMatchObject({ planned: false, pruned: { removed: before } });
});

test('a backup into the state directory is refused by a dry run, too', async () => {
  const env = { MDOPS_STATE_DIR: 'state', MDOPS_BACKUP_DIR: 'state/backups' };
  const exits = [
    (await mdops(['backup', 'create', '-n'], { cwd, env })).exit,
    (await mdops(['backup', 'create'], { cwd, env })).exit,
  ];
  expect(exits).toEqual([78, 78]);
});

test('a dry run does not wait for the target and does not hold it', async () => {
  mkdirSync(join(cwd, 'state'));
  const env = { MDOPS_STATE_DIR: 'state' };
  const [real, planned] = await Promise.all([
    mdops(['job-watch', '--name', 'pack', '--', 'sleep', '0.5'], { cwd, env }),
    mdops(dry(['job-watch', '--name', 'pack', '--', 'true']), { cwd, env }),
  ]);
  expect([real.exit, planned.exit], real.stderr + planned.stderr).toEqual([0, 0]);
});
