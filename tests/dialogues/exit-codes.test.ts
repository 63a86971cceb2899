// Every exit code as an operator meets it: what was typed, what is answered, what to do next.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { mdops, outcomeOf, startMdops } from '../support/mdops.ts';

let cwd = '';
const env = { MDOPS_STATE_DIR: 'state' };

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-dialogue-'));
});

function feed(catalogue: readonly string[], active: readonly (string | object)[]): string[] {
  writeFileSync(join(cwd, 'catalogue.json'), JSON.stringify(catalogue));
  writeFileSync(join(cwd, 'active.json'), JSON.stringify(active));
  return ['check-feed-health', '--catalogue', 'catalogue.json', '--active-file', 'active.json', '--now', NOW];
}

const NOW = '2026-01-05T10:00:00+08:00';

function ticking(symbol: string, secondsAgo: number): object {
  const at = new Date(Date.parse(NOW) - secondsAgo * 1_000).toISOString();
  return { symbol, subscription_id: `s-${symbol}`, created_at: at, last_tick_at: at, active: true };
}

/** The error goes to stderr as one line; what to do next is on the line below it. */
function expectAdvice(stderr: string, error: RegExp, hint: RegExp): void {
  const lines = stderr.split('\n');
  const at = lines.findIndex((line) => error.test(line));
  expect(at, stderr).toBeGreaterThanOrEqual(0);
  expect(lines.slice(at + 1).join('\n')).toMatch(hint);
}

test('0: every contract is subscribed and ticks', async () => {
  const ran = await mdops(feed(['rb2501.SHFE'], [ticking('rb2501.SHFE', 1)]), { cwd, env });
  expect(ran.exit, ran.stderr).toBe(0);
  expect(ran.stdout).toMatch(/healthy/i);
});

test('1: a contract lags', async () => {
  const ran = await mdops(feed(['rb2501.SHFE'], [ticking('rb2501.SHFE', 200)]), { cwd, env });
  expect(ran.exit, ran.stderr).toBe(1);
  expect(ran.stdout).toContain('rb2501.SHFE');
});

test('2: a contract is missing', async () => {
  const ran = await mdops(feed(['rb2501.SHFE', 'ag2502.SHFE'], [ticking('rb2501.SHFE', 1)]), { cwd, env });
  expect(ran.exit, ran.stderr).toBe(2);
  expect(ran.stdout).toContain('ag2502.SHFE');
});

test('3: an empty catalogue is not health', async () => {
  const ran = await mdops(feed([], [ticking('rb2501.SHFE', 1)]), { cwd, env });
  expect(ran.exit, ran.stderr).toBe(3);
  expect(ran.stdout).toMatch(/unknown/i);
});

test('2 and 3: a probe that finds nobody, and one that could not look', async () => {
  mkdirSync(join(cwd, 'config'));
  const target = (name: string, url: string): string =>
    `  ${name}: { kind: http, url: "${url}", rate: 20, duration: 100ms }\n`;
  const targets = `${target('refuses', 'http://127.0.0.1:9/')}${target('unknown', 'http://nobody.invalid/')}`;
  writeFileSync(join(cwd, 'config', 'mdops.yaml'), `probes:\n${targets}`);
  const refused = await mdops(['probe', '--target', 'refuses'], { cwd, env });
  expect(refused.exit, refused.stderr).toBe(2);
  expect(refused.stdout).toMatch(/^connection refused +2 /m);
  const unseen = await mdops(['probe', '--target', 'unknown'], { cwd, env });
  expect(unseen.exit, unseen.stderr).toBe(3);
  expect(unseen.stdout).toMatch(/could not look: unknown\n$/);
});

test('64: a word that is not known, with the one that was meant', async () => {
  const ran = await mdops(['check-feed-health', '--catalog', 'x'], { cwd, env });
  expect(ran.exit).toBe(64);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toBe(
    'error: check-feed-health has no flag "--catalog"; did you mean --catalogue?\n  hint: mdops check-feed-health --help\n',
  );
});

test('64: with --json the error is the one document on stdout', async () => {
  const ran = await mdops(['runs', 'list', '--limit', 'many', '--json'], { cwd, env });
  expect(ran.exit).toBe(64);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    schema: 'mdops.error/1',
    error: {
      code: 'usage',
      message: '--limit wants a whole number from 1 to 10000, found "many"',
      hint: 'mdops runs --help',
    },
    exit_code: 64,
  });
});

test('64: a question that nobody can answer names the flag that does', async () => {
  const child = startMdops(['job-watch', '--name', 'pack', '--', 'sleep', '60'], { cwd, env });
  const id = await untilRunning('pack');
  child.kill('SIGKILL');
  await outcomeOf(child);
  const ran = await mdops(['runs', 'abandon', id], { cwd, env });
  expect(ran.exit, ran.stderr).toBe(64);
  expectAdvice(ran.stderr, /Abandon run .*nobody to ask/, /--yes/);
  expect((await mdops(['runs', 'abandon', id, '--yes'], { cwd, env })).exit).toBe(0);
});

test('74: a journal that cannot be written stops the run before it acts', async () => {
  mkdirSync(join(cwd, 'state'));
  writeFileSync(join(cwd, 'state', 'journal'), 'in the way');
  const ran = await mdops(['job-watch', '--name', 'pack', '--', 'touch', 'acted'], { cwd, env });
  expect(ran.exit, ran.stderr).toBe(74);
  expectAdvice(ran.stderr, /^error: Cannot write the journal/, /hint: name another place/);
  expect((await mdops(['runs', 'list'], { cwd, env: { MDOPS_STATE_DIR: 'other' } })).exit).toBe(0);
});

test('74: a backup that cannot be written says where', async () => {
  writeFileSync(join(cwd, 'in-the-way'), '');
  const ran = await mdops(['backup', 'create', '--dir', 'in-the-way'], { cwd, env });
  expect(ran.exit, ran.stderr).toBe(74);
  expectAdvice(
    ran.stderr,
    /^error: Cannot write the backup ".*in-the-way/,
    /hint: free or repair the disk, or give --dir/,
  );
});

test('75: a held target names its holder', async () => {
  const holder = startMdops(['job-watch', '--name', 'pack', '--', 'sleep', '60'], { cwd, env });
  const id = await untilRunning('pack');
  const ran = await mdops(['job-watch', '--name', 'pack', '--', 'true'], { cwd, env });
  expect(ran.exit, ran.stderr).toBe(75);
  expectAdvice(ran.stderr, new RegExp(`held by job-watch by tester@.*${id}`), /hint: wait for it/);
  holder.kill('SIGTERM');
  await outcomeOf(holder);
});

test('77: a resumed run whose steps changed is refused', async () => {
  const failed = await mdops(['job-watch', '--name', 'pack', '--', 'false'], { cwd, env });
  expect(failed.exit, failed.stderr).toBe(2);
  const ended = await mdops(['job-watch', '--name', 'pack', '--', 'true'], { cwd, env });
  expect(ended.exit).toBe(0);
  const { runs } = JSON.parse((await mdops(['runs', '--json'], { cwd, env })).stdout) as { runs: { id: string }[] };
  const ran = await mdops(['runs', 'resume', runs[0]?.id ?? ''], { cwd, env });
  expect(ran.exit, ran.stderr).toBe(77);
  expectAdvice(ran.stderr, /Cannot resume run .*it ended well/, /hint: run the command again/);
});

test('78: every mistake of the configuration at once', async () => {
  mkdirSync(join(cwd, 'config'));
  writeFileSync(join(cwd, 'config', 'mdops.yaml'), 'helth: {}\ntimezone: Mars/Olympus\n');
  const ran = await mdops(['job-watch', '--name', 'x', '--', 'true'], { cwd, env });
  expect(ran.exit, ran.stderr).toBe(78);
  expect(ran.stderr).toMatch(/2 mistakes in the configuration/);
  expect(ran.stderr).toMatch(/config\/mdops.yaml:1: .*did you mean "health"/);
  expect(ran.stderr).toMatch(/config\/mdops.yaml:2: .*Mars\/Olympus/);
  expectAdvice(ran.stderr, /2 mistakes/, /hint: mdops config check/);
});

test('124: the deadline of the run has passed', async () => {
  const ran = await mdops(['job-watch', '--name', 'x', '--timeout', '300ms', '--', 'sleep', '30'], { cwd, env });
  expect(ran.exit, ran.stderr).toBe(124);
  expectAdvice(ran.stderr, /Gave up after 300ms/, /hint: give it longer with --timeout/);
  expect(ran.tookMs).toBeLessThan(4_000);
});

test('128+n: a signal ends the run in order, with its terminal record', async () => {
  for (const [signal, exit] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const child = startMdops(['job-watch', '--name', signal, '--', 'sleep', '60'], { cwd, env });
    const id = await untilRunning(signal);
    child.kill(signal);
    const ran = await outcomeOf(child);
    expect(ran.exit, ran.stderr).toBe(exit);
    expectAdvice(ran.stderr, new RegExp(`Cancelled by ${signal}`), /hint:/);
    const shown = JSON.parse((await mdops(['runs', 'show', id, '--json'], { cwd, env })).stdout) as {
      records: { kind: string }[];
      state: string;
    };
    expect(shown.state).toBe('ended');
    expect(shown.records.at(-1)?.kind).toBe('run_finished');
  }
});

test('a reader that goes away is not an error', async () => {
  for (let run = 0; run < 3; run += 1) await mdops(['job-watch', '--name', 'x', '--', 'true'], { cwd, env });
  const child = startMdops(['runs'], { cwd, env });
  child.stdout?.destroy();
  const ran = await outcomeOf(child);
  expect(ran.exit, ran.stderr).toBe(0);
  expect(ran.stderr).toBe('');
});

test('a gateway that is not there changes no exit code and is told', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const port = (probe.address() as { port: number }).port;
  probe.close();
  const ran = await mdops(['job-watch', '--name', 'x', '--json', '--', 'true'], {
    cwd,
    env: { ...env, PUSHGATEWAY_URL: `http://127.0.0.1:${port}` },
  });
  expect(ran.exit, ran.stderr).toBe(0);
  const document = JSON.parse(ran.stdout) as { telemetry_degraded: string[] };
  expect(document.telemetry_degraded.join()).toMatch(/Cannot push metrics: .*connection refused/);
});

/** The id of the run on a target, once it is on record. */
async function untilRunning(job: string): Promise<string> {
  for (const until = Date.now() + 10_000; Date.now() < until; ) {
    const ran = await mdops(['runs', '--json'], { cwd, env });
    const { runs } = JSON.parse(ran.stdout) as { runs: { id: string; stream: string; state: string }[] };
    const found = runs.find(({ stream, state }) => stream === `job ${job}` && state === 'running');
    if (found !== undefined) return found.id;
  }
  throw new Error(`no run of job ${job} began`);
}
