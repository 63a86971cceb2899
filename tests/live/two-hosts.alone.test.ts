// Two hosts operate one environment: each with its own state, a cable of its own, and nothing between them but epochs.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ROUTE_NAMES, type RouteName } from '../../lib/base/feed-routes.ts';
import { eventually } from '../support/eventually.ts';
import { judgeFeedEvents, readFeedEvents } from '../support/feed-record.ts';
import { DIST, outcomeOf, type Ran } from '../support/mdops.ts';
import { childOf, connectHosts, type NetworkHost, startNetworkHost } from '../support/network-host.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const PORTS = {
  'control-plane': 17_401,
  'feed-primary': 17_402,
  'feed-backup': 17_403,
  'subscription-worker': 17_404,
  'consumer-risk': 17_405,
} as const;
type Role = keyof typeof PORTS;
const WAIT_MS = 20_000;

const directory = temporaryDirectories('two-hosts');
const open: NetworkHost[] = [];
let plant: NetworkHost;
let roles = '';

interface Operator {
  readonly host: NetworkHost;
  readonly home: string;
  readonly net: number;
}
let [shanghai, tokyo]: [Operator, Operator] = [] as never;

beforeAll(async () => {
  roles = directory();
  plant = await openHost(roles);
  const argv = (role: string, ...own: string[]) => [join(DIST, 'sim', `${role}.js`), '--state-dir', roles, ...own];
  const programs: Readonly<Record<Role, readonly string[]>> = {
    'control-plane': argv('control-plane'),
    'feed-primary': argv('feed', '--route', 'primary'),
    'feed-backup': argv('feed', '--route', 'backup'),
    'subscription-worker': argv('subscription-worker'),
    'consumer-risk': argv('consumer', '--name', 'risk'),
  };
  for (const [role, words] of Object.entries(programs)) {
    const place = ['--host', '0.0.0.0', '--port', String(PORTS[role as Role])];
    plant.start([process.execPath, ...words, ...place], { cwd: roles });
  }
  shanghai = await openOperator(1);
  tokyo = await openOperator(2);
  await ticking();
  expect((await failover(shanghai, 'to-primary')).exit).toBe(0);
}, 60_000);
afterAll(() => {
  for (const host of open) host.stop();
});
beforeEach(async () => {
  const ran = await failover(shanghai, 'to-primary');
  expect(ran.exit, ran.stderr).toBe(0);
});

async function openHost(home: string): Promise<NetworkHost> {
  const host = await startNetworkHost(home, '10.77.0.53');
  open.push(host);
  return host;
}

async function openOperator(net: number): Promise<Operator> {
  const home = directory();
  const host = await openHost(home);
  connectHosts(plant, host, net);
  const at = (role: Role): string => `http://10.77.${net}.1:${PORTS[role]}`;
  const route = (name: RouteName) => ({
    control_plane: at(`feed-${name}`),
    metrics_url: `${at(`feed-${name}`)}/metrics`,
  });
  mkdirSync(join(home, 'config/environments'), { recursive: true });
  const profile = {
    remotes: { control_plane: { url: at('control-plane') } },
    feeds: {
      primary: route('primary'),
      backup: route('backup'),
      consumers: { risk: { metrics_url: `${at('consumer-risk')}/metrics` } },
    },
    failover: { max_backlog_growth: 100, parity_timeout: '20s', probe_timeout: '1s' },
  };
  writeFileSync(join(home, 'config/environments/pair.yaml'), JSON.stringify(profile));
  return { host, home, net };
}

function start({ host, home }: Operator, ...words: string[]) {
  const program = [process.execPath, join(DIST, 'mdops.js'), 'failover', ...words] as const;
  return host.start([...program, '--profile', 'pair', '--yes', '--json'], { cwd: home });
}

function failover(operator: Operator, ...words: string[]): Promise<Ran> {
  return outcomeOf(start(operator, ...words));
}

interface Seen {
  readonly active: RouteName | null;
  readonly epoch: number;
  readonly routes: Readonly<Record<RouteName, { readonly role: string; readonly in_parity: boolean }>>;
}

/** As seen inside the plant: what the hosts think of each other's cables does not matter. */
async function ask(role: Role, subject: string, body: object): Promise<Record<string, unknown>> {
  const program = `fetch('http://127.0.0.1:${PORTS[role]}/control/${subject}', { method: 'POST', body: '${JSON.stringify(body)}' })
    .then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
  const { stdout } = await outcomeOf(plant.start([process.execPath, '-e', program], { cwd: roles }));
  return stdout === '' ? {} : JSON.parse(stdout);
}
const look = async (): Promise<Seen> => (await ask('control-plane', 'md.route.status', {})) as unknown as Seen;

async function ticking(): Promise<void> {
  const endMs = performance.now() + WAIT_MS;
  for (;;) {
    const { routes } = await look();
    if (ROUTE_NAMES.every((route) => routes?.[route]?.in_parity === true)) return;
    if (performance.now() > endMs) throw new Error('the environment did not come up');
  }
}

async function primaries(): Promise<readonly RouteName[]> {
  const { routes } = await look();
  return ROUTE_NAMES.filter((route) => routes[route].role === 'primary');
}

test('a run that slept while another host moved the pair there and back is refused, and changes nothing', async () => {
  const { epoch } = await look();
  // Off, so that the run has to wait for its parity.
  expect(await ask('feed-backup', 'md.route.role', { role: 'off', epoch })).toMatchObject({ accepted: true });
  const sleeper = start(shanghai, 'to-backup');
  const ended = outcomeOf(sleeper);
  const intent = join(shanghai.home, '.mdops/state/failover/intent%20pair.json');
  const pid = await eventually('the intent of the first host', WAIT_MS, () =>
    existsSync(intent) ? (childOf(sleeper.pid ?? 0) ?? undefined) : undefined,
  );
  process.kill(pid, 'SIGSTOP');
  const there = await failover(tokyo, 'to-backup');
  expect(there.exit, there.stderr).toBe(0);
  const back = await failover(tokyo, 'to-primary');
  expect(back.exit, back.stderr).toBe(0);
  const before = await look();
  // nsenter stops with its child and must be woken too.
  sleeper.kill('SIGCONT');
  process.kill(pid, 'SIGCONT');
  const woken = await ended;
  expect(woken.exit, woken.stdout).toBe(77);
  expect(JSON.parse(woken.stdout)).toMatchObject({ error: { code: 'failover superseded' } });
  expect(await look()).toMatchObject({ active: 'primary', epoch: before.epoch });
  expect(await primaries()).toEqual(['primary']);
  expect(existsSync(intent)).toBe(false);
});

test('two hosts at the same moment: one moves the pair, the other does it no harm', async () => {
  for (const to of ['to-backup', 'to-primary', 'to-backup', 'to-primary'] as const) {
    const ran = await Promise.all([failover(shanghai, to), failover(tokyo, to)]);
    const exits = ran.map(({ exit }) => exit);
    const said = ran.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    expect(exits, said).toContain(0);
    expect([0, 77], said).toEqual(expect.arrayContaining(exits));
    expect((await look()).active, said).toBe(to.slice('to-'.length));
    for (const operator of [shanghai, tokyo]) expect((await failover(operator, 'reconcile')).exit, said).toBe(0);
    expect(await primaries(), said).toEqual([to.slice('to-'.length)]);
  }
});

test('a host whose cable is cut refuses to act on what it cannot see, and works again when it is mended', async () => {
  const before = await look();
  tokyo.host.ip('link', 'set', `cable${tokyo.net}b`, 'down');
  const cut = await failover(tokyo, 'to-backup');
  expect(cut.exit, cut.stdout).toBe(69);
  expect(JSON.parse(cut.stdout)).toMatchObject({ error: { code: 'switch unreachable' } });
  expect(await look()).toMatchObject({ active: 'primary', epoch: before.epoch });
  tokyo.host.ip('link', 'set', `cable${tokyo.net}b`, 'up');
  expect((await failover(tokyo, 'to-backup')).exit).toBe(0);
});

test('in all of this a feed was on at every instant', () => {
  const { violations, changes } = judgeFeedEvents(readFeedEvents(join(roles, 'events.ndjson')));
  expect(violations).toEqual([]);
  expect(changes).toBeGreaterThan(15);
});
