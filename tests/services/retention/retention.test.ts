// Retention on real files: what may go goes, what is needed stays, and the chain verifies across what went, after any kill.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Incident } from '../../../lib/domain/incidents/incident.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createLocks } from '../../../lib/effects/real-locks.ts';
import { createGovernor } from '../../../lib/services/governor/governor.ts';
import { createRetention, type RetentionReport } from '../../../lib/services/retention/retention.ts';
import { createRunBrowser } from '../../../lib/services/runs/browse.ts';
import type { RunIdentity } from '../../../lib/services/runs/run-types.ts';
import { beginRun } from '../../../lib/services/runs/runs.ts';
import { createDocuments } from '../../../lib/services/state/documents.ts';
import { crashAt } from '../../support/crashing-files.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 5, 1);
const POLICY = { runs: { maxAgeMs: 30 * DAY, most: 100, least: 2 }, logs: { maxAgeMs: 10 * DAY, most: 100, least: 0 } };

let root = '';
let wallMs = NOW;
let count = 0;
const real = createClock();
const clock = { ...real, wallMs: () => wallMs };
const locks = createLocks(real);
const files = createFiles();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mdops-retention-'));
  wallMs = NOW;
});

const journal = () => join(root, 'state', 'journal');
const effects = () => ({ files: unsynced, clock, locks, directory: journal() });
/** A thousand runs must not wait for the disk a thousand times. */
const unsynced: typeof files = {
  ...files,
  openAppend: async (path, options) => {
    const file = await files.openAppend(path, { ...options, durable: false });
    return { ...file, append: (text) => file.append(text, { durable: false }) };
  },
};

function identity(ageDays: number, changes: Partial<RunIdentity> = {}): RunIdentity {
  count += 1;
  const stamp = new Date(NOW - ageDays * DAY).toISOString().replace(/[-:]/g, '');
  return {
    run_id: `${stamp.slice(0, 8)}-${stamp.slice(9, 15)}-${String(count).padStart(8, '0')}`,
    command: 'check-feed-health',
    verb: null,
    environment: 'sim',
    operator: 'wang',
    host: 'ops-1',
    namespace: 'net:[1]',
    pid: process.pid,
    boot_id: 'boot-1',
    target: 'primary',
    exclusive: false,
    argv: [],
    cwd: '/work',
    process_mark: 'mark-1.',
    resumes: null,
    ...changes,
  };
}

/** Runs of that age in days each, oldest first; their ids. */
async function runsOf(ages: readonly number[], changes: Partial<RunIdentity> = {}): Promise<string[]> {
  const ids: string[] = [];
  for (const age of ages) {
    const who = identity(age, changes);
    const run = await beginRun(effects(), who);
    await run.begun;
    await run.finish({ exit_code: 0, outcome: 'finished' });
    ids.push(who.run_id);
  }
  return ids;
}

interface Needs {
  readonly incidents?: readonly Incident[];
  readonly waiting?: readonly string[];
  readonly latched?: readonly string[];
  readonly on?: typeof files;
}

async function prune({ incidents = [], waiting = [], on = files }: Needs = {}): Promise<RetentionReport> {
  const documents = createDocuments(files, join(root, 'state', 'state'));
  return createRetention({
    files: on,
    clock,
    stateDirectory: join(root, 'state'),
    logDirectory: join(root, 'logs'),
    policies: POLICY,
    by: 'pruner',
    incidents: { listEverywhere: async () => incidents },
    governor: createGovernor({ documents, clock, operator: 'wang' }),
    spool: {
      list: async () =>
        waiting.map((run_id) => ({
          ...{ id: '1', kind: 'metrics', at_ms: 0, boot_id: 'b', monotonic_ms: 0, body: null },
          run_id,
        })),
    },
  }).prune({ isCancelled: () => false, progress: () => undefined });
}

function left(stream = 'primary'): string[] {
  return readdirSync(join(journal(), stream)).flatMap((name) => /^\d+-(.+)\.ndjson/.exec(name)?.[1] ?? []);
}

const verify = () => createRunBrowser(effects(), identity(0)).verify();

const INCIDENT: Incident = {
  id: 'k',
  environment: 'sim',
  target: 'primary',
  severity: 'critical',
  summary: 's',
  state: 'open',
  page: 'accepted',
  ending: 'not due',
  failed_attempts: 3,
  observations: 1,
  opened_at_ms: NOW - 50 * DAY,
  updated_at_ms: NOW,
  told_at_ms: NOW,
  by: null,
};

test('old runs go, and what is left still proves that it follows them', async () => {
  const ids = await runsOf([60, 50, 40, 20, 10, 1]);
  const report = await prune();
  expect([report.runs, report.problems]).toEqual([3, []]);
  expect(left()).toEqual(ids.slice(3));
  expect(await verify()).toMatchObject({ runs: 3, removed: 3, findings: [] });
  // The chain goes on from there, and a second pruning has nothing to do.
  await runsOf([0]);
  expect((await prune()).runs).toBe(0);
  expect(await verify()).toMatchObject({ runs: 4, removed: 3, findings: [] });
});

test('a run that is changed, or taken away by hand, is still found after a pruning', async () => {
  await runsOf([60, 50, 20, 10, 1]);
  await prune();
  const folder = join(journal(), 'primary');
  const [first = '', second = ''] = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));
  const text = readFileSync(join(folder, first), 'utf8');
  await files.remove(join(folder, second));
  expect((await verify()).findings).toHaveLength(1);
  await files.remove(join(folder, 'removed.json'));
  expect((await verify()).findings.join()).toMatch(/the run before it, \S+, is missing/);
  writeFileSync(join(folder, first), text.replace('"exit_code":0', '"exit_code":2'));
  expect((await verify()).findings.join()).toContain('checksum does not match');
});

test('a record of removals that was changed is a finding, and nothing more is removed there', async () => {
  const ids = await runsOf([60, 50, 20, 10, 1]);
  await prune();
  const path = join(journal(), 'primary', 'removed.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"runs":2', '"runs":1'));
  expect((await verify()).findings.join()).toContain('its checksum does not match');
  wallMs = NOW + 100 * DAY;
  const report = await prune();
  expect([report.runs, report.problems.length]).toEqual([0, 1]);
  expect(left()).toEqual(ids.slice(2));
});

describe('what stays beyond its time', () => {
  test('a run that has not ended', async () => {
    const [old = ''] = await runsOf([60]);
    const open = await beginRun(effects(), identity(50));
    await runsOf([20, 10, 1]);
    const report = await prune();
    expect(report.streams[0]?.kept.map(({ why }) => why)).toEqual(['it has not ended']);
    expect(left()).not.toContain(old);
    expect(left()).toHaveLength(4);
    expect((await verify()).findings).toEqual([]);
    await open.finish({ exit_code: 0 });
  });

  test('the last of each command: what could be resumed, and the answer to when it was last done', async () => {
    const [restart = ''] = await runsOf([90], { command: 'start-live-env', verb: 'restart' });
    const [first = '', last = ''] = await runsOf([80, 70], { command: 'failover', verb: 'drill' });
    const checks = await runsOf([60, 20, 1]);
    expect((await prune()).runs).toBe(2);
    expect(left()).toEqual([restart, last, ...checks.slice(1)]);
    expect(left()).not.toContain(first);
    expect((await verify()).findings).toEqual([]);
  });

  test('runs of an incident that is not over, from an hour before it', async () => {
    const ids = await runsOf([60, 51, 50.02, 45, 20, 1]);
    expect((await prune({ incidents: [INCIDENT] })).runs).toBe(2);
    expect(left()).toEqual(ids.slice(2));
    expect((await prune({ incidents: [{ ...INCIDENT, state: 'resolved', ending: 'due' }] })).runs).toBe(0);
    expect((await prune({ incidents: [{ ...INCIDENT, state: 'resolved', ending: 'accepted' }] })).runs).toBe(2);
    expect(await verify()).toMatchObject({ runs: 2, removed: 4, findings: [] });
  });

  test('runs of a target whose budget is latched', async () => {
    const ids = await runsOf([60, 50, 40, 20, 1]);
    const documents = createDocuments(files, join(root, 'state', 'state'));
    wallMs = NOW - 45 * DAY;
    const governor = createGovernor({ documents, clock, operator: 'wang' });
    await governor.admit('primary', 'remediation', { perHour: 0, perDay: 0 });
    wallMs = NOW;
    expect((await prune()).runs).toBe(2);
    expect(left()).toEqual(ids.slice(2));
  });

  test('a run whose telemetry waits in the spool', async () => {
    const ids = await runsOf([60, 50, 40, 20, 1]);
    expect((await prune({ waiting: [ids[1]!] })).runs).toBe(2);
    expect(left()).toEqual([ids[1], ...ids.slice(3)]);
    expect((await verify()).findings).toEqual([]);
    // Delivered: now it goes too, and what followed it is remembered.
    expect((await prune()).runs).toBe(1);
    expect(await verify()).toMatchObject({ runs: 2, removed: 3, findings: [] });
  });

  test('a run that does not prove whole: it is evidence', async () => {
    await runsOf([60, 50, 20, 1]);
    const folder = join(journal(), 'primary');
    const [first = ''] = readdirSync(folder);
    const text = readFileSync(join(folder, first), 'utf8');
    writeFileSync(join(folder, first), text.replace('"exit_code":0', '"exit_code":2'));
    const report = await prune();
    // The next one follows a hash that is in no file: neither of the two may go.
    const why = 'its journal does not prove whole: evidence';
    expect(report.streams[0]?.kept.map((run) => run.why)).toEqual([why, why]);
    expect(left()).toHaveLength(4);
  });
});

test.for(['before', 'after'] as const)(
  'killed %s any write, the chain verifies, and the next pruning ends with the same runs',
  async (when) => {
    const ages = [90, 80, 70, 60, 50, 40, 20, 10, 1];
    for (let fatal = 1; ; fatal += 1) {
      root = mkdtempSync(join(tmpdir(), 'mdops-retention-'));
      const ids = await runsOf(ages);
      writeLog(`check-feed-health_20260101-00000${fatal % 10}.log`, 60);
      const crashing = crashAt(files, fatal, when);
      const ended = await Promise.race([prune({ on: crashing }).then(() => true), crashing.died.then(() => false)]);
      expect(await verify(), `write ${fatal}`).toMatchObject({ findings: [] });
      await prune();
      expect(left(), `write ${fatal}`).toEqual(ids.slice(6));
      expect(await verify(), `write ${fatal}`).toMatchObject({ runs: 3, removed: 6, findings: [] });
      expect(readdirSync(join(root, 'logs'))).toEqual([]);
      if (ended) {
        expect(fatal).toBeGreaterThan(8);
        return;
      }
    }
  },
);

function writeLog(name: string, ageDays: number, first = '{"service":"mdops","run_id":"20250101-000000-1"}'): void {
  mkdirSync(join(root, 'logs'), { recursive: true });
  const path = join(root, 'logs', name);
  writeFileSync(path, `${first}\n`);
  const seconds = (NOW - ageDays * DAY) / 1_000;
  utimesSync(path, seconds, seconds);
}

test('of the log directory only what is ours and old goes', async () => {
  const [needed = ''] = await runsOf([40]);
  await runsOf([20, 1]);
  writeLog('check-feed-health_20260101-000000.log', 60);
  writeLog('check_feed_health_20260101-000000.json', 60);
  writeLog('start-live-env_20260401-000000-2.log', 60);
  writeLog('young_20260401-000000.log', 5);
  writeLog('waits_20260401-000000.log', 60, `{"service":"mdops","run_id":"${needed}"}`);
  writeLog('foreign_20260401-000000.log', 60, '{"service":"nginx"}');
  writeLog('notes.txt', 600);
  const folder = join(root, 'logs', 'full_feed_subscription_20260101-000000-0000000a');
  mkdirSync(folder);
  utimesSync(folder, 1_000, 1_000);
  const report = await prune({ waiting: [needed] });
  expect(report.logs.files).toBe(4);
  expect(readdirSync(join(root, 'logs'))).toEqual([
    'foreign_20260401-000000.log',
    'notes.txt',
    'waits_20260401-000000.log',
    'young_20260401-000000.log',
  ]);
});

test('many small batches leave the same chain as one', async () => {
  const ids = await runsOf(Array.from({ length: 1_100 }, (_, at) => 100 - at / 20));
  expect((await prune()).runs).toBe(1_098);
  expect(left()).toEqual(ids.slice(-2));
  expect(await verify()).toMatchObject({ runs: 2, removed: 1_098, findings: [] });
}, 30_000);
