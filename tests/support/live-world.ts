// A live environment for tests of `check-feed-health`: NATS, a market-data service, PagerDuty, Slack, an empty directory.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type PagerDutyStandIn, startPagerDuty } from '../../lib/sim/stand-ins/pagerduty.ts';
import { type SlackStandIn, startSlack } from '../../lib/sim/stand-ins/slack.ts';
import { type MarketDataService, startMarketDataService } from './market-data-service.ts';
import { mdops, type Ran } from './mdops.ts';
import { startNatsServer, type TestNatsServer } from './nats-server.ts';
import { temporaryDirectories } from './temporary.ts';

export const SYMBOLS = ['rb2605.SHFE', 'au2604.SHFE', 'm2605.DCE', 'i2605.DCE', 'SR605.CZCE', 'CF605.CZCE'];
const QUICK = 'health: { remediation: { settle: 50ms, rate_limit_window: 200ms } }\n';

export interface LiveWorld {
  service: MarketDataService;
  pagerduty: PagerDutyStandIn;
  slack: SlackStandIn;
  server: TestNatsServer;
  /** Working directory of the commands. */
  cwd: string;
  configure(yaml: string): void;
  check(...words: string[]): Promise<Ran>;
  enforce(...words: string[]): Promise<Ran>;
  command(...words: string[]): Promise<Ran>;
  /** For programs started otherwise. */
  addresses(): Record<string, string>;
  /** Log records of one kind, from every run so far. */
  events(name: string): Record<string, never>[];
}

/** Call once at the top of a test file: everything but the NATS server is new for each test. */
export function liveWorld(name: string): LiveWorld {
  const directory = temporaryDirectories(name);
  const world = {} as LiveWorld;
  world.configure = (yaml) => writeFileSync(join(world.cwd, 'config/mdops.yaml'), yaml);
  world.addresses = () => addresses(world);
  world.command = (...words) => mdops(words, { cwd: world.cwd, env: addresses(world) });
  world.check = (...words) =>
    world.command('check-feed-health', '--control-plane', world.server.url, '--json', ...words);
  world.enforce = (...words) => world.check('--mode', 'enforce', ...words);
  world.events = (event) => readEvents(world.cwd).filter((record) => record['event'] === event);
  beforeAll(async () => {
    world.server = await startNatsServer('max_payload: 8MB');
  });
  afterAll(() => world.server.stop());
  beforeEach(async () => {
    world.service = await startMarketDataService(world.server.url, SYMBOLS);
    world.pagerduty = await startPagerDuty();
    world.slack = await startSlack();
    world.cwd = directory();
    mkdirSync(join(world.cwd, 'config'));
    world.configure(QUICK);
  });
  afterEach(async () => {
    await Promise.all([world.service.close(), world.pagerduty.close(), world.slack.close()]);
  });
  return world;
}

function addresses({ pagerduty, slack }: LiveWorld): Record<string, string> {
  return {
    PAGERDUTY_ROUTING_KEY: 'canary-routing-key',
    PAGERDUTY_API_URL: pagerduty.url,
    SLACK_WEBHOOK_URL: slack.webhookUrl,
  };
}

function readEvents(cwd: string): Record<string, never>[] {
  const folder = join(cwd, 'logs/runbooks');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as Record<string, never>);
}

export function reportOf({ stdout }: Ran) {
  return JSON.parse(stdout);
}
