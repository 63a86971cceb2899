// `stack`: Pushgateway, Prometheus, Alertmanager and exporters on this machine, up until told otherwise.

import { count } from '../../base/count.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { tableLines } from '../../base/table.ts';
import { EXTRAS } from '../../domain/stack/extras.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { platformDirectory } from '../rules/platforms.ts';
import { addressesOf, findDead, findRunning, NAME } from './find-stack.ts';
import { loadManaged, type ManagedRecord } from './managed/managed-stack.ts';
import { downManaged, refreshManaged, statusManaged, upManaged } from './managed/run-managed.ts';
import { withPage } from './page.ts';
import { type PlannedStack, planStack, type StackWish, writeNativeConfigs } from './plan-stack.ts';
import { receiverSettings } from './receiver-settings.ts';
import { loadRecord, runDetached, sweepStack } from './run-stack.ts';
import type { StackContext, StackRecord } from './stack-context.ts';
import { verifyStack } from './verify-stack.ts';
import { waitAlerting } from './wait-alerting.ts';

// Health metrics are scraped once a minute, and the first scrape may come at any moment of that minute.
const ALERTING_MS = 90_000;

type CommandContext = StackContext & Pick<Context, 'run'>;

const VERBS = { up, down, status, verify, reload } satisfies Record<
  string,
  (ctx: CommandContext, invocation: Invocation) => Promise<Outcome>
>;

export async function runStack(ctx: CommandContext, invocation: Invocation): Promise<Outcome> {
  // Of a platform that is not there every verb would say something else that is wrong.
  if (invocation.isSet('platform')) await platformDirectory(ctx, ctx.config.platform);
  const verb = (invocation.verb ?? 'status') as keyof typeof VERBS;
  const managed = await loadManaged(ctx);
  const wanted = invocation.text('driver') ?? (verb === 'up' ? 'native' : (managed?.driver ?? 'native'));
  if (wanted === 'native') {
    if (verb === 'up') refuseExtras(invocation);
    if (verb === 'up' && managed !== null) throw keptElsewhere(managed.driver);
    return VERBS[verb](ctx, invocation);
  }
  const driver = wanted as ManagedRecord['driver'];
  if (managed !== null && managed.driver !== driver) throw keptElsewhere(managed.driver);
  if (verb === 'up') return upOf(ctx, invocation, driver, managed);
  if (managed === null) return verb === 'verify' || verb === 'reload' ? VERBS[verb](ctx, invocation) : NO_STACK;
  switch (verb) {
    case 'down':
      return downManaged(ctx, managed);
    case 'status':
      return statusManaged(ctx, managed);
    case 'verify':
      return verifyStack(ctx, await addressesOf(ctx, invocation), managed.platform);
    case 'reload':
      if (!ctx.run.isDryRun && (await refreshManaged(ctx, managed))) return RELOADED;
      return reload(ctx, invocation);
  }
}

const NO_STACK: Outcome = {
  exit: EXIT.ok,
  summary: 'no stack is up',
  report: { schema: 'mdops.stack/1', state: 'down' },
};
const RELOADED: Outcome = {
  exit: EXIT.ok,
  summary: 'rules, scraping and routing were applied and rolled out again',
  report: { schema: 'mdops.stack/1', state: 'reloaded' },
};

/** Debian has none of these programs. */
function refuseExtras(invocation: Invocation): void {
  const extra = EXTRAS.find((one) => invocation.on(one));
  if (extra === undefined) return;
  throw new Fault(
    'part not available',
    `Cannot start a stack with --${extra}: the native driver has no program for it`,
    {
      exit: EXIT.usage,
      hint: 'use --driver compose or --driver k8s',
    },
  );
}

/** What is passed over here would tell real people. */
function refuseRehearsal(invocation: Invocation, driver: string): void {
  const flag = ['stand-ins', 'speed'].find((one) => invocation.isSet(one));
  if (flag === undefined) return;
  throw new Fault('part not available', `Cannot start a stack of the driver "${driver}" with --${flag}`, {
    exit: EXIT.usage,
    hint: 'rehearse with the native driver: the others keep the real pace and tell the real receivers',
  });
}

function keptElsewhere(driver: string): Fault {
  return new Fault('stack kept elsewhere', `Cannot do that: a stack of the driver "${driver}" is up`, {
    exit: EXIT.refused,
    hint: `end it first: mdops stack down --driver ${driver}`,
  });
}

async function upOf(
  ctx: CommandContext,
  invocation: Invocation,
  driver: ManagedRecord['driver'],
  managed: ManagedRecord | null,
): Promise<Outcome> {
  refuseRehearsal(invocation, driver);
  if ((await findRunning(ctx)) !== null) throw keptElsewhere('native');
  const wish = {
    extras: new Set(EXTRAS.filter((extra) => invocation.on(extra))),
    ports: portsOf(invocation),
    namespace: invocation.text('namespace') ?? 'mdops-stack',
    context: invocation.text('context') ?? null,
  };
  const outcome = await upManaged(ctx, driver, wish, managed);
  const urls = (outcome.report['urls'] ?? {}) as Readonly<Record<string, string>>;
  return withPage(ctx, invocation, outcome, urls['grafana'] ?? urls['prometheus']);
}

async function up(ctx: CommandContext, invocation: Invocation): Promise<Outcome> {
  const before = await findRunning(ctx);
  if (before !== null) mustBeWanted(ctx, before, wishOf(invocation));
  // Nothing that a dry run starts could become ready.
  else if (ctx.run.isDryRun)
    return describePlan(await planStack(ctx, `${ctx.config.paths.stateDir}/stacks/planned`, wishOf(invocation)));
  const record = before ?? (await startAnew(ctx, wishOf(invocation)));
  // The gateway itself is scraped once a minute: that it answers was seen, and waiting for it would take that minute.
  const jobs = record.factor === 1 ? ['prometheus', 'alertmanager'] : ['pushgateway'];
  const missing = await waitAlerting(ctx, record.addresses, jobs, ALERTING_MS);
  if (missing !== null) {
    throw new Fault('stack does not alert', `The stack is up but does not alert: ${missing}`, {
      exit: EXIT.critical,
      hint: 'look at it with "mdops stack verify", end it with "mdops stack down"',
    });
  }
  const outcome = describe(
    record,
    `the stack is ${before === null ? '' : 'already '}up: it scrapes, evaluates and alerts`,
  );
  return withPage(ctx, invocation, outcome, record.addresses.prometheus);
}

async function startAnew(ctx: CommandContext, wish: StackWish): Promise<StackRecord> {
  await sweepStack(ctx, NAME);
  return runDetached(ctx, NAME, wish);
}

/** Up is no answer for who wants another one: its data would go with it, which is for a person to decide. */
function mustBeWanted(ctx: CommandContext, before: StackRecord, wish: StackWish): void {
  const hasStandIns = before.addresses.receivers !== null;
  if (before.platform === ctx.config.platform && before.factor === wish.factor && hasStandIns === wish.standIns) return;
  const how = `${before.factor === 1 ? '' : ` at --speed ${before.factor}`}${hasStandIns ? ' with --stand-ins' : ''}`;
  throw new Fault('stack is another', `Cannot start this stack: that of ${before.platform}${how} is up`, {
    exit: EXIT.refused,
    hint: 'end it first, and its data with it: mdops stack down',
  });
}

function portsOf(invocation: Invocation): Required<StackWish['ports']> {
  const port = (flag: string, usual: number): number => invocation.number(flag) ?? usual;
  return {
    pushgateway: port('pushgateway-port', 9_091),
    prometheus: port('prometheus-port', 9_090),
    alertmanager: port('alertmanager-port', 9_093),
  };
}

function wishOf(invocation: Invocation): StackWish {
  const factor = invocation.number('speed') ?? 1;
  return {
    factor,
    standIns: invocation.on('stand-ins'),
    ports: portsOf(invocation),
    syntheticTarget: null,
    apartBy: null,
  };
}

async function down(ctx: CommandContext): Promise<Outcome> {
  const ended = await sweepStack(ctx, NAME);
  const processes = count(ended ?? 0, 'process', 'processes');
  const done = ctx.run.isDryRun ? `would end the stack: ${processes}` : `the stack is down: ${processes} ended`;
  const summary = ended === null ? 'no stack was up' : done;
  const state = ctx.run.isDryRun && ended !== null ? 'planned' : 'down';
  return { exit: EXIT.ok, summary, report: { schema: 'mdops.stack/1', state, ended: ended ?? 0 } };
}

async function status(ctx: StackContext): Promise<Outcome> {
  const record = await loadRecord(ctx, NAME);
  if (record === null) {
    return { exit: EXIT.ok, summary: 'no stack is up', report: { schema: 'mdops.stack/1', state: 'down' } };
  }
  const dead = await findDead(ctx, record);
  return dead.length === 0 ? describe(record, 'the stack is up') : degraded(record, dead);
}

async function verify(ctx: StackContext, invocation: Invocation): Promise<Outcome> {
  const record = invocation.isSet('platform') ? null : await findRunning(ctx);
  return verifyStack(ctx, await addressesOf(ctx, invocation), record?.platform ?? ctx.config.platform);
}

/** Configuration and rules are read again by the running processes. */
async function reload(ctx: CommandContext, invocation: Invocation): Promise<Outcome> {
  const { prometheus, alertmanager } = await addressesOf(ctx, invocation);
  const record = await findRunning(ctx);
  // Scraping and routing are run from copies with the addresses of this stack filled in.
  if (record !== null && record.addresses.prometheus === prometheus) {
    const { factor, directory, urls } = record;
    const own = { ...ctx, config: { ...ctx.config, platform: record.platform } };
    const wish = { factor, syntheticTarget: null, apartBy: null };
    await writeNativeConfigs(own, directory, wish, urls, receiverSettings(ctx, record.settings));
  }
  if (ctx.run.isDryRun) {
    const summary = `would make ${prometheus} and ${alertmanager} read their configuration again`;
    return { exit: EXIT.ok, summary, report: { schema: 'mdops.stack/1', state: 'planned' } };
  }
  for (const url of [prometheus, alertmanager]) {
    const { status: code, ...answer } = await ctx.http.request({
      method: 'POST',
      url: `${url}/-/reload`,
      timeoutMs: 10_000,
      signal: ctx.signal,
    });
    if (code === 200) continue;
    throw new Fault(
      'stack not reloaded',
      `Cannot reload ${url}: status ${code}, ${answer.text().trim().slice(0, 300)}`,
      {
        exit: EXIT.critical,
        hint: 'the old configuration stays in force; run "mdops rules check"',
      },
    );
  }
  return {
    exit: EXIT.ok,
    summary: 'rules, scraping and routing were read again',
    report: { schema: 'mdops.stack/1', state: 'reloaded' },
  };
}

function describe(record: StackRecord, summary: string): Outcome {
  return {
    exit: EXIT.ok,
    summary,
    report: { schema: 'mdops.stack/1', state: 'up', ...documentOf(record) },
    view: (paint) => [
      paint.good(summary),
      ...tableLines(
        [{ title: '' }, { title: '' }],
        Object.entries(record.urls).map(([name, url]) => [`  ${name}`, url]),
      ),
    ],
  };
}

function describePlan({ components }: PlannedStack): Outcome {
  const summary = `would start ${components.map(({ name }) => name).join(', ')}`;
  return {
    exit: EXIT.ok,
    summary,
    report: {
      schema: 'mdops.stack/1',
      state: 'planned',
      components: components.map(({ name, argv, url }) => ({ name, argv, url })),
    },
    view: (paint) => [...components.map(({ name, argv }) => `${paint.strong(name)}  ${argv.join(' ')}`), summary],
  };
}

function degraded(record: StackRecord, dead: readonly string[]): Outcome {
  const summary = `the stack is degraded: ${dead.join(', ')} not running`;
  return {
    exit: EXIT.critical,
    summary,
    report: { schema: 'mdops.stack/1', state: 'degraded', dead: [...dead], ...documentOf(record) },
    view: (paint) => [paint.bad(summary), paint.faint(`logs: ${record.directory}`)],
  };
}

function documentOf({ urls, directory, factor }: StackRecord): JsonObject {
  return { urls: { ...urls }, directory, speed: factor };
}
