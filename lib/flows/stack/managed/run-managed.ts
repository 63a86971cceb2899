// The verbs of `stack` where Compose or Kubernetes keeps it.

import { EXIT } from '../../../base/exit-codes.ts';
import { Fault, isFault } from '../../../base/fault.ts';
import type { JsonObject } from '../../../base/json.ts';
import { tableLines } from '../../../base/table.ts';
import type { Outcome } from '../../../run/command.ts';
import type { Context } from '../../../run/context.ts';
import type { StackContext } from '../stack-context.ts';
import { waitAlerting } from '../wait-alerting.ts';
import { composeDriver } from './compose.ts';
import { kubernetesDriver } from './kubernetes.ts';
import {
  forgetManaged,
  type ManagedDriver,
  type ManagedPart,
  type ManagedRecord,
  type ManagedWish,
  saveManaged,
} from './managed-stack.ts';

type CommandContext = StackContext & Pick<Context, 'run'>;

const DRIVERS = { compose: composeDriver, k8s: kubernetesDriver } satisfies Record<
  ManagedRecord['driver'],
  ManagedDriver
>;

const ALERTING_MS = 90_000;

export async function upManaged(
  ctx: CommandContext,
  name: ManagedRecord['driver'],
  wish: ManagedWish,
  before: ManagedRecord | null,
): Promise<Outcome> {
  const driver = driverOf(name);
  const record = await driver.describe(ctx, wish);
  if (ctx.run.isDryRun) return planned(record, driver.words(record));
  if (before === null) return start(ctx, driver, record, true);
  if (!isSame(before, record)) throw otherwise(before);
  const parts = await driver.parts(ctx, before);
  return parts.every(({ isWell }) => isWell)
    ? described(before, parts, 'the stack is already up')
    : start(ctx, driver, before, false);
}

/** Nothing was started where there is no engine and no cluster, or nothing to start. */
const NOT_BEGUN = /^(keeper not|platform unreadable$)/;

async function start(
  ctx: CommandContext,
  driver: ManagedDriver,
  record: ManagedRecord,
  isNew: boolean,
): Promise<Outcome> {
  // First, so that a run that is killed leaves nothing that cannot be found.
  await saveManaged(ctx, record);
  try {
    await driver.bring(ctx, record);
  } catch (error) {
    if (isNew && isFault(error) && NOT_BEGUN.test(error.code)) await forgetManaged(ctx, record);
    throw error;
  }
  const missing =
    record.addresses === null
      ? null
      : await waitAlerting(ctx, record.addresses, ['prometheus', 'alertmanager'], ALERTING_MS);
  if (missing === null) return described(record, await driver.parts(ctx, record), 'the stack is up');
  throw new Fault('stack does not alert', `The stack is up but does not alert: ${missing}`, {
    exit: EXIT.critical,
    hint: 'look at it with "mdops stack verify", end it with "mdops stack down"',
  });
}

function isSame(before: ManagedRecord, record: ManagedRecord): boolean {
  const what = ({ platform, extras, name, context }: ManagedRecord): string =>
    JSON.stringify([platform, [...extras].sort(), name, context]);
  return what(before) === what(record);
}

/** Its data would go with it: that is for a person to decide. */
function otherwise({ platform, extras }: ManagedRecord): Fault {
  const parts = extras.length === 0 ? '' : ` with ${extras.map((extra) => `--${extra}`).join(' ')}`;
  return new Fault('stack is another', `Cannot start this stack: that of ${platform}${parts} is up`, {
    exit: EXIT.refused,
    hint: 'end it first, and its data with it: mdops stack down',
  });
}

export async function downManaged(ctx: CommandContext, record: ManagedRecord): Promise<Outcome> {
  await driverOf(record.driver).down(ctx, record);
  const { isDryRun } = ctx.run;
  const summary = isDryRun ? `would end the stack of ${record.driver}` : `the stack of ${record.driver} is down`;
  return { exit: EXIT.ok, summary, report: { schema: 'mdops.stack/1', state: isDryRun ? 'planned' : 'down' } };
}

export async function statusManaged(ctx: CommandContext, record: ManagedRecord): Promise<Outcome> {
  return described(record, await driverOf(record.driver).parts(ctx, record), 'the stack is up');
}

/** True when nothing needs to be reloaded by HTTP any more. */
export async function refreshManaged(ctx: CommandContext, record: ManagedRecord): Promise<boolean> {
  return driverOf(record.driver).refresh(ctx, record);
}

function driverOf(name: ManagedRecord['driver']): ManagedDriver {
  return DRIVERS[name];
}

function described(record: ManagedRecord, parts: readonly ManagedPart[], summary: string): Outcome {
  const bad = parts.filter(({ isWell }) => !isWell);
  const said = bad.length === 0 ? summary : `the stack is degraded: ${bad.map(({ name }) => name).join(', ')} not well`;
  const report: JsonObject = {
    schema: 'mdops.stack/1',
    state: bad.length === 0 ? 'up' : 'degraded',
    driver: record.driver,
    platform: record.platform,
    urls: { ...record.urls },
    directory: record.directory,
    parts: parts.map(({ name, state }) => ({ name, state })),
  };
  return {
    exit: bad.length === 0 ? EXIT.ok : EXIT.critical,
    summary: said,
    report,
    view: (paint) => [
      bad.length === 0 ? paint.good(said) : paint.bad(said),
      ...tableLines(
        [{ title: '' }, { title: '' }, { title: '' }],
        parts.map(({ name, state, isWell }) => [
          `  ${name}`,
          record.urls[name] ?? '',
          isWell ? paint.good(state) : paint.bad(state),
        ]),
      ),
    ],
  };
}

function planned({ urls }: ManagedRecord, argv: readonly string[]): Outcome {
  const summary = `would run ${argv.join(' ')}`;
  return {
    exit: EXIT.ok,
    summary,
    report: { schema: 'mdops.stack/1', state: 'planned', argv: [...argv], urls: { ...urls } },
    view: () => [summary, ...Object.entries(urls).map(([name, url]) => `${name}  ${url}`)],
  };
}
