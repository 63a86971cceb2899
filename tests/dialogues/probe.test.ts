// `probe` as an operator meets it: targets that answer, stall, lie or are not there, and what is said about them.

import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startFaultServer } from '../../lib/sim/fault-server.ts';
import { CANARY } from '../support/canary.ts';
import { eventually } from '../support/eventually.ts';
import { liveWorld, reportOf } from '../support/live-world.ts';
import { mdops, outcomeOf, type Ran, startMdops } from '../support/mdops.ts';
import { startPushgateway } from '../support/real-pushgateway.ts';

const live = liveWorld('probe');

interface Target {
  readonly url: string;
  seen: { method: string; headers: IncomingMessage['headers']; body: string }[];
  mostOpen: number;
  answer: (response: ServerResponse) => void;
  readonly server: Server;
}

let target: Target;

beforeAll(async () => {
  const held = { seen: [] as Target['seen'], mostOpen: 0, answer: good } as unknown as Target;
  let open = 0;
  const server = createServer(async (request, response) => {
    open += 1;
    held.mostOpen = Math.max(held.mostOpen, open);
    response.once('close', () => (open -= 1));
    let body = '';
    for await (const chunk of request) body += String(chunk);
    held.seen.push({ method: request.method ?? '', headers: request.headers, body });
    held.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  target = Object.assign(held, { url, server });
});

afterEach(() => {
  target.seen = [];
  target.mostOpen = 0;
  target.answer = good;
});

afterAll(() => {
  target.server.closeAllConnections();
  target.server.close();
});

function good(response: ServerResponse): void {
  response.end('{"hits": 12}');
}

/** Target `search` with further keys, and whatever else. */
function configure(keys = '', more = ''): void {
  live.configure(
    `probes:\n  search: { kind: http, url: "${target.url}/search?key=private", rate: 50, duration: 400ms, timeout: 2s${keys} }\n${more}`,
  );
}

function probe(...words: string[]): Promise<Ran> {
  return live.command('probe', ...words);
}

describe('what an operator reads', () => {
  test('objectives that are met, each with its figure', async () => {
    configure(', slo: "p95<=1s,errors<1%"');
    const ran = await probe();
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(
      /^MET {2}search, sim {2}GET http:\/\/127\.0\.0\.1:\d+\/search\n20 of 20 arrivals at 50\/s, 0 failed\n/,
    );
    expect(ran.stdout).toMatch(/^p95<=1s +\S+ +met$/m);
    expect(ran.stdout).toMatch(/^errors<1% +0% +met$/m);
    expect(ran.stdout).toMatch(/^ *≤ \S+ +\d+ +█+/m);
    expect(ran.stdout).toMatch(/search meets its objectives\n$/);
    expect(ran.stdout).not.toContain('private');
    expect(target.seen).toHaveLength(20);
  });

  test('failures by class, each with what the first one said; a quick failure is no quick answer', async () => {
    configure(', slo: "p95<=1s,errors<50%"');
    let count = 0;
    target.answer = (response) => {
      count += 1;
      response.statusCode = count % 4 === 0 ? 503 : 200;
      response.end('{}');
    };
    const ran = await probe();
    expect(ran.exit, ran.stderr).toBe(2);
    expect(ran.stdout).toMatch(/^UNMET {2}search/);
    expect(ran.stdout).toMatch(/^p95<=1s +2s +unmet$/m);
    expect(ran.stdout).toMatch(/^errors<50% +25% +met$/m);
    expect(ran.stdout).toMatch(/^good answers .*ms$/m);
    expect(ran.stdout).toMatch(/^status 503 +5 +answers 503, wanted 200$/m);
    expect(ran.stdout).toMatch(/1 of 1 target does not: search\n$/);
  });

  test('a target that answers something else', async () => {
    configure(`, method: POST, send: '{"query": "spread"}', headers: { x-desk: gas }, body_matches: '"hits": [1-9]'`);
    expect((await probe()).exit).toBe(0);
    expect(target.seen[0]).toMatchObject({ method: 'POST', body: '{"query": "spread"}' });
    expect(target.seen[0]?.headers).toMatchObject({ 'x-desk': 'gas' });
    target.answer = (response) => response.end('{"hits": 0}');
    const ran = await probe();
    expect(ran.exit).toBe(2);
    expect(ran.stdout).toMatch(/^body differs +20 +answers without /m);
  });

  test('a dry run shows the plan of the real run and sends nothing', async () => {
    configure();
    const planned = await probe('-n', '--json');
    expect(planned.exit, planned.stderr).toBe(0);
    expect(target.seen).toEqual([]);
    expect(readdirSync(live.cwd).sort()).toEqual(['config', 'logs']);
    const real = reportOf(await probe('--json'));
    expect(real.run.plan_hash).toBe(reportOf(planned).run.plan_hash);
    expect((await probe('-n')).stdout).toMatch(
      /^search: 20 × GET \S+\/search at 50\/s, each within 2s; errors<1%\nwould send 20 requests/,
    );
  });
});

test('arrivals do not wait for answers: a stall counts for everything that it kept waiting', async () => {
  configure(', slo: "p50<=75ms,errors<1%"');
  const waiting: ServerResponse[] = [];
  let stallsUntil = 0;
  // The first question stalls the target for 600 ms; whoever asks in that time waits as well.
  target.answer = (response) => {
    stallsUntil ||= performance.now() + 600;
    if (performance.now() >= stallsUntil) return good(response);
    if (waiting.push(response) === 1) setTimeout(() => waiting.forEach(good), 600);
  };
  const ran = await probe('--rate', '40', '--duration', '1s', '--json');
  const [found] = reportOf(ran).targets;
  expect(ran.exit, ran.stderr).toBe(2);
  // One at a time, only one of 40 would have been slow.
  expect(waiting.length).toBeGreaterThanOrEqual(15);
  expect(target.mostOpen).toBeGreaterThanOrEqual(15);
  expect(found).toMatchObject({ answered: 40, good: 40, unplaced: 0 });
  expect(found.latency_ms.p50).toBeGreaterThan(75);
  expect(found.latency_ms.max).toBeGreaterThanOrEqual(590);
  expect(found.histogram.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(40);
});

test('a target that never answers ends with the last deadline', async () => {
  const hole = await startFaultServer('black hole');
  live.configure(`probes: { hole: { kind: http, url: "${hole.url}", rate: 20, duration: 500ms, timeout: 700ms } }\n`);
  const ran = await probe('--json');
  await hole.close();
  expect(ran.exit, ran.stderr).toBe(2);
  const [found] = reportOf(ran).targets;
  expect(found).toMatchObject({ answered: 10, good: 0, errors: [{ error: 'timed out', count: 10 }] });
  expect(found.took_ms).toBeLessThan(1_900);
});

describe('could not look', () => {
  test('a name that this host cannot resolve is no finding about the target', async () => {
    live.configure('probes: { away: { kind: http, url: "http://nobody.invalid/", rate: 20, duration: 200ms } }\n');
    const ran = await probe();
    expect(ran.exit, ran.stderr).toBe(3);
    expect(ran.stdout).toMatch(/^UNKNOWN {2}away/);
    expect(ran.stdout).toMatch(/^errors<1% +– +unknown$/m);
    expect(ran.stdout).toMatch(/! 4 arrivals did not reach the target because of this side/);
    expect(ran.stdout).toMatch(/could not look: away\n$/);
  });

  test('beside a target that is unmet, the finding counts', async () => {
    configure(', slo: "max<1us"', '  away: { kind: http, url: "http://nobody.invalid/", rate: 20, duration: 100ms }\n');
    const report = reportOf(await probe('--json'));
    expect(report).toMatchObject({
      exit_code: 2,
      verdict: 'unmet',
      targets: [{ verdict: 'unmet' }, { verdict: 'unknown' }],
    });
  });
});

describe('the control plane', () => {
  test('over NATS, one question for each arrival', async () => {
    live.configure(
      'probes: { bus: { kind: control-plane, ask: active, rate: 40, duration: 500ms, slo: "errors<=0%" } }\n',
    );
    const ran = await mdops(['probe', '--json'], {
      cwd: live.cwd,
      env: { ...live.addresses(), NATS_URL: live.server.url },
    });
    expect(ran.exit, ran.stderr).toBe(0);
    expect(reportOf(ran).targets).toMatchObject([{ answered: 20, good: 20, address: 'md.subscriptions.active' }]);
  });

  test('that cannot tell is not good, and nothing is asked twice', async () => {
    const failing = await startFaultServer({ status: 503 });
    live.configure(`probes: { plane: { kind: control-plane, url: "${failing.url}", rate: 40, duration: 500ms } }\n`);
    const ran = await probe('--json');
    await failing.close();
    expect(ran.exit, ran.stderr).toBe(2);
    expect(failing.requests()).toHaveLength(20);
    expect(reportOf(ran).targets).toMatchObject([{ good: 0, errors: [{ error: 'remote failed', count: 20 }] }]);
    expect(readdirSync(join(live.cwd, '.mdops'))).not.toContain('state');
  });
});

const MISTAKES: Record<string, [readonly string[], number, RegExp]> = {
  'an unknown target': [['--target', 'serch'], 64, /no probe target "serch"; did you mean "search"\?/],
  'an objective without its unit': [
    ['--slo', 'p95<1200'],
    64,
    /Cannot read --slo: "p95<1200" wants a time with its unit/,
  ],
  'a rate that can never come': [['--slo', 'rate>=60/s'], 64, /"rate>=60\/s" can never be met by 50 arrivals a second/],
  'no rate': [['--rate', '0'], 64, /--rate wants a number from 0.01 to 10000/],
  'a load that somebody should mean': [['--rate', '51'], 64, /Send 20 requests at 51\/s .*nobody to ask/],
  'more than can be kept': [['--rate', '9000', '--duration', '1h', '--yes'], 64, /32400000 arrivals, too many/],
};

test.each(Object.keys(MISTAKES))('%s is refused before anything is sent', async (name) => {
  const [words, exit, said] = MISTAKES[name]!;
  configure();
  const ran = await probe(...words);
  expect(ran.exit, ran.stderr).toBe(exit);
  expect(ran.stderr).toMatch(said);
  expect(target.seen).toEqual([]);
});

test.each([
  [', slo: "p95<fast"', /Cannot read probes\.search\.slo: /],
  [', body_matches: "(hits"', /probes\.search\.body_matches is no pattern/],
])('%s in the configuration is refused before anything is sent', async (keys, said) => {
  configure(keys);
  const ran = await probe();
  expect(ran.exit, ran.stderr).toBe(78);
  expect(ran.stderr).toMatch(said);
  expect(target.seen).toEqual([]);
});

test('no target at all is a mistake of the configuration, never health', async () => {
  live.configure('{}\n');
  const ran = await probe();
  expect(ran.exit).toBe(78);
  expect(ran.stderr).toMatch(/the configuration has no targets/);
});

test('a load that somebody means is sent', async () => {
  configure();
  const ran = await probe('--rate', '60', '--yes');
  expect(ran.exit, ran.stderr).toBe(0);
  expect(target.seen).toHaveLength(24);
});

test('Ctrl-C ends in order and tells what was seen until then', async () => {
  configure();
  const child = startMdops(['probe', '--duration', '30s', '--json'], { cwd: live.cwd, env: live.addresses() });
  const ended = outcomeOf(child);
  await eventually('the first arrivals', 10_000, () => (target.seen.length > 5 ? true : undefined));
  child.kill('SIGINT');
  const ran = await ended;
  expect(ran.exit, ran.stderr).toBe(130);
  const report = reportOf(ran);
  expect(report).toMatchObject({ verdict: 'unknown', interrupted: true, targets: [{ interrupted: true }] });
  expect(report.targets[0].answered).toBeGreaterThan(4);
  expect(report.targets[0].answered).toBeLessThan(1_500);
});

test('a token reaches the target and nobody else', async () => {
  writeFileSync(join(live.cwd, 'token'), CANARY.replace(/[^!-~]/g, ''));
  configure(', token_file: ../token');
  target.answer = (response) => {
    response.statusCode = 401;
    response.end(`denied: ${target.seen[0]?.headers.authorization}`);
  };
  const ran = await probe('--json');
  expect(ran.exit, ran.stderr).toBe(2);
  expect(target.seen[0]?.headers.authorization).toMatch(/^Bearer c4n4ry/);
  expect(ran.stdout + ran.stderr).not.toContain('c4n4ry');
  expect(reportOf(ran).targets[0].errors).toMatchObject([{ error: 'status 401', count: 20 }]);
});

test('the gateway gets latency, errors and verdicts of every target, and none of half a probe', async () => {
  const gateway = await startPushgateway();
  configure(', slo: "p95<=1s,errors<1%"');
  const ran = await mdops(['probe'], { cwd: live.cwd, env: { ...live.addresses(), PUSHGATEWAY_URL: gateway.url } });
  const pushed = await gateway.scrape();
  await gateway.stop();
  expect(ran.exit, ran.stderr).toBe(0);
  for (const line of [
    /^md_probe_latency_ms\{.*probe="search",quantile="0\.95".*\} [0-9.]+$/m,
    /^md_probe_error_ratio\{.*probe="search".*\} 0$/m,
    /^md_probe_objective_met\{.*objective="p95",probe="search".*\} 1$/m,
    /^md_probe_last_look_timestamp_seconds\{.*probe="search".*\} 1\.\d+e\+09$/m,
    /^md_runbook_exit_code\{command="probe",.*\} 0$/m,
  ]) {
    expect(pushed).toMatch(line);
  }
});
