// `failover drill`: there and back again, each stage checked before the next begins.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault, isFault } from '../../base/fault.ts';
import { otherRoute, type RouteName } from '../../base/feed-routes.ts';
import type { JsonObject } from '../../base/json.ts';
import { isFeeding, isSettledOn } from '../../domain/failover/situation.ts';
import type { Outcome } from '../../run/command.ts';
import { executePlan } from './execute.ts';
import { type Pair, readIntent } from './pair.ts';
import { passGuards, planMove, type Request } from './prepare.ts';
import { reconcile } from './reconcile.ts';

const STAGES = ['start', 'failover', 'failback'] as const;
type Stage = (typeof STAGES)[number];

export async function drill(pair: Pair, request: Omit<Request, 'to'>): Promise<Outcome> {
  if ((await readIntent(pair)) !== null) await reconcile(pair, { keep: null, isFenced: false });
  const home = await stage(pair, 'start', () => checkStart(pair));
  const away = otherRoute(home);
  const action = `Drill "${pair.run.environment}": from ${home} to ${away} and back`;
  await pair.person.confirm({ action, flag: '--yes' });
  const stages: JsonObject[] = [{ stage: 'start', active: home }];
  stages.push(await stage(pair, 'failover', () => go(pair, { ...request, to: away })));
  stages.push(await stage(pair, 'failback', () => go(pair, { ...request, to: home })));
  const [there, back] = [stages[1]?.['latency_ms'], stages[2]?.['latency_ms']];
  return {
    exit: EXIT.ok,
    summary: `drill passed: to ${away} in ${String(there)} ms, back in ${String(back)} ms`,
    report: { schema: 'mdops.failover/1', verb: 'drill', active: home, stages },
  };
}

async function checkStart({ routes, config }: Pair): Promise<RouteName> {
  const situation = await routes.look();
  const active = situation.switch.reachable ? situation.switch.state.active : null;
  if (active === null || !isSettledOn(situation, active)) {
    throw new Fault('not settled', 'the pair is not settled: a drill would hide it', { exit: EXIT.refused });
  }
  if (!isFeeding(situation.routes[active])) {
    throw new Fault('not healthy', `${active} does not feed: that is no drill`, { exit: EXIT.refused });
  }
  const backlogs = await routes.backlogs();
  const silent = [...config.feeds.consumers.keys()].find((name) => (backlogs[name] ?? null) === null);
  if (silent !== undefined) {
    throw new Fault('consumer unknown', `consumer ${silent} does not tell its backlog`, { exit: EXIT.refused });
  }
  return active;
}

async function go(pair: Pair, request: Request): Promise<JsonObject> {
  const now: Pair = { ...pair, startedMs: pair.clock.monotonicMs() };
  const situation = await now.routes.look();
  const plan = await planMove(now, request, situation);
  await passGuards(now, request, plan, situation);
  const { latencyMs, timeToParityMs } = await executePlan(now, plan, situation);
  const backlogs: JsonObject = { ...(await now.routes.backlogs()) };
  return {
    stage: plan.to,
    active: plan.to,
    latency_ms: Math.round(latencyMs),
    feed_time_to_parity_ms: timeToParityMs,
    backlogs,
  };
}

/** A stage that fails says which it was: its code differs from stage to stage. */
async function stage<T>(pair: Pair, name: Stage, work: () => Promise<T>): Promise<T> {
  pair.log.event('failover_stage', `drill: ${name}`, { extra: { stage: name } });
  try {
    return await work();
  } catch (error) {
    if (pair.signal.aborted || !isFault(error)) throw error;
    throw new Fault(`drill failed at ${name}`, `Drill failed at ${name}: ${error.message}`, {
      exit: error.exit,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      facts: { ...error.facts, stage: name, reason: error.code },
      cause: error,
    });
  }
}
