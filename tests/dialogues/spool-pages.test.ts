// Pages in `mdops spool` and `mdops automation`: what is due, since when and why; sent by a flush; what PagerDuty refused.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type PagerDutyStandIn, startPagerDuty } from '../../lib/sim/stand-ins/pagerduty.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('spool-pages');
const NOW = '2026-01-05T10:00:00+08:00';
let pager: PagerDutyStandIn;
let cwd = '';

beforeEach(async () => {
  pager = await startPagerDuty();
  cwd = directory();
  // Nobody here waits long for a pager that does not answer.
  writeFileSync(join(cwd, 'mdops.yaml'), 'telemetry: { budget: 500ms }\n');
});
afterEach(() => pager.close());

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const pagerduty = { PAGERDUTY_API_URL: pager.url, PAGERDUTY_ROUTING_KEY: 'key-1' };
  return mdops([...words, '--config', 'mdops.yaml'], { cwd, env: { MDOPS_STATE_DIR: 'state', ...pagerduty, ...env } });
}

/** A check of files in enforce mode whose control plane is away: nothing can be resubscribed, so that it pages. */
function check(active: readonly string[]): Promise<Ran> {
  writeFileSync(join(cwd, 'catalogue.json'), JSON.stringify(['rb2501.SHFE', 'ag2502.SHFE']));
  const entries = active.map((symbol) => {
    return { symbol, subscription_id: symbol, created_at: NOW, last_tick_at: NOW, active: true };
  });
  writeFileSync(join(cwd, 'active.json'), JSON.stringify(entries));
  const files = ['--catalogue', 'catalogue.json', '--active-file', 'active.json', '--now', NOW];
  const hands = ['--control-plane', 'http://127.0.0.1:9', '--max-remediation-attempts', '1'];
  return run(['check-feed-health', '--mode', 'enforce', ...hands, ...files]);
}

test('a page that PagerDuty did not take is listed with target, age and reason, and a flush sends it', async () => {
  pager.failAlways({ status: 503 });
  const checked = await check(['rb2501.SHFE']);
  expect(checked.exit, checked.stderr).toBe(2);

  const listed = await run(['spool']);
  expect(listed.exit).toBe(0);
  expect(listed.stdout).toMatch(/^KIND +ABOUT +AGE +FOR +RUN\npage +primary: .+ [\d.]+(ms|s) +pagerduty$/m);
  expect(listed.stdout).toMatch(/^pagerduty: .*503.*; asked again by the next run$/m);
  expect(listed.stdout).toContain('now: mdops spool flush');
  const document = JSON.parse((await run(['spool', '--json'])).stdout);
  expect(document).toMatchObject({
    waiting: [{ kind: 'page', remote: 'pagerduty' }],
    remotes: [{ remote: 'pagerduty', count: 1, why: expect.stringContaining('503') }],
  });
  expect((await run(['automation'])).stdout).toContain('primary: the page is not accepted yet; mdops spool shows why');

  const kept = await run(['spool', 'flush']);
  expect([kept.exit, kept.stdout]).toEqual([1, expect.stringMatching(/^0 delivered, 1 still waiting, 0 given up\n/)]);
  const mute = await run(['spool', 'flush'], { PAGERDUTY_ROUTING_KEY: '' });
  expect([mute.exit, mute.stdout]).toEqual([1, expect.stringContaining('no PagerDuty routing key is configured here')]);
  expect((await run(['spool'], { PAGERDUTY_ROUTING_KEY: '' })).stdout).toContain('no routing key is configured here');

  pager.failAlways(null);
  const flushed = await run(['spool', 'flush']);
  expect([flushed.exit, flushed.stdout]).toEqual([0, '1 delivered, 0 still waiting, 0 given up\n']);
  expect(pager.alerts()).toHaveLength(1);
  expect((await run(['spool'])).stdout).toBe('nothing waits\n');
  expect((await run(['spool', 'flush'])).stdout).toBe('nothing waited\n');
});

test('an end that PagerDuty refused for good stands in automation status until somebody says that it is closed', async () => {
  await check(['rb2501.SHFE']);
  pager.failAlways({ status: 400, body: { status: 'invalid event' } });
  const well = await check(['rb2501.SHFE', 'ag2502.SHFE']);
  expect(well.exit, well.stderr).toBe(0);
  expect(well.stderr).toMatch(/! pagerduty: .*400/);

  const key = pager.alerts()[0]?.dedupKey ?? '';
  const status = await run(['automation']);
  expect(status.stdout).toMatch(
    /^primary: PagerDuty refused the end of its page \(mdops\/sim\/primary\/\S+, .*\): close it/m,
  );
  expect(status.stdout).toContain(key);
  expect(JSON.parse((await run(['automation', '--json'])).stdout)).toMatchObject({
    pages: [{ key, ending: 'refused' }],
  });

  const acked = await run(['automation', 'ack', 'primary']);
  expect(acked.stdout).toContain('its page counts as closed by hand');
  expect((await run(['automation'])).stdout).not.toContain('refused');
});

test('a page that PagerDuty refused for good stands in automation status while its incident is open', async () => {
  pager.failAlways({ status: 400, body: { status: 'invalid event' } });
  await check(['rb2501.SHFE']);
  expect((await run(['automation'])).stdout).toMatch(
    /^primary: PagerDuty refused its page \(mdops\/sim\/primary\/\S+, .*\): it woke nobody$/m,
  );
  pager.failAlways(null);
  await check(['rb2501.SHFE', 'ag2502.SHFE']);
  expect((await run(['automation'])).stdout).not.toContain('refused');
});
