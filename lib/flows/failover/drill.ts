// `failover drill`: there and back again, each stage checked before the next begins.

import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { Fault, isFault } from '../../base/fault.ts';
import { otherRoute, type RouteName } from '../../base/feed-routes.ts';
import type { JsonObject } from '../../base/json.ts';
import { isFeeding, isSettledOn } from '../../domain/failover/situation.ts';
import type { Outcome } from '../../run/command.ts';
import { executePlan, measuredOf } from './execute.ts';
import { type Pair, readIntent } from './pair.ts';
import { admitAutomatic, passGuards, planMove, type Request } from './prepare.ts';
import { reconcile, UNDECIDED } from './reconcile.ts';

const STAGES = ['start', 'failover', 'failback'] as const;
type Stage = (typeof STAGES)[number];

export async function drill(pair: Pair, request: Omit<Request, 'to'>): Promise<Outcome> {
  if ((await readIntent(pair)) !== null) {
    const { acceptsGap, isAutomatic } = request;
    await reconcile(pair, { ...UNDECIDED, acceptsGap, isAutomatic });
  }
  const home = await stage(pair, 'start', () => checkStart(pair));
  const away = otherRoute(home);
  const action = `Drill "${pair.run.environment}": from ${home} to ${away} and back`;
  await pair.person.confirm({ action, flag: '--yes' });
  // There and back is one: who started it did so knowingly.
  if (request.isAutomatic) await admitAutomatic(pair);
  const stages: JsonObject[] = [{ stage: 'start', active: home }];
  stages.push(await stage(pair, 'failover', () => go(pair, { ...request, to: away })));
  stages.push(await stage(pair, 'failback', () => go(pair, { ...request, to: home })));
  const [there, back] = [stages[1]?.['latency_ms'], stages[2]?.['latency_ms']];
  return {
    exit: EXIT.ok,
    summary: pair.run.isDryRun
      ? `would drill: to ${away} and back; consumers follow ${home}`
      : `drill passed: to ${away} ${inWords(there)}, back ${inWords(back)}`,
    report: { schema: 'mdops.failover/1', verb: 'drill', planned: pair.run.isDryRun, active: home, stages },
  };
}

function inWords(latencyMs: unknown): string {
  return typeof latencyMs === 'number' ? `in ${latencyMs} ms` : 'without proof of parity';
}

/** Nothing has been changed yet: what is wrong now is refused. */
async function checkStart(pair: Pair): Promise<RouteName> {
  const seen = await pair.routes.look();
  const active = seen.switch.reachable ? seen.switch.state.active : null;
  await checkHealth(pair, active, EXIT.refused);
  return active as RouteName;
}

/** Consumers follow the route, it alone is primary, it feeds whole, and every consumer tells its backlog. */
async function checkHealth(pair: Pair, route: RouteName | null, exit: ExitCode): Promise<JsonObject> {
  const { routes, config } = pair;
  const [situation, backlogs] = await Promise.all([routes.look(), routes.backlogs()]);
  if (route === null || !isSettledOn(situation, route)) {
    throw new Fault('not settled', `the pair is not settled on ${route ?? 'a route'}`, { exit });
  }
  const seen = situation.routes[route];
  const coverage = seen.reachable ? seen.state.coverageRatio : 0;
  if (!isFeeding(seen) || !(coverage >= config.failover.coverageThreshold)) {
    throw new Fault('not healthy', `${route} does not feed whole: coverage ${coverage}`, { exit });
  }
  const silent = [...config.feeds.consumers.keys()].find((name) => (backlogs[name] ?? null) === null);
  if (silent !== undefined)
    throw new Fault('consumer unknown', `consumer ${silent} does not tell its backlog`, { exit });
  return { coverage_ratio: coverage, backlogs: { ...backlogs } };
}

async function go(pair: Pair, request: Request): Promise<JsonObject> {
  const now: Pair = { ...pair, startedMs: pair.clock.monotonicMs() };
  const situation = await now.routes.look();
  const plan = await planMove(now, request, situation);
  await passGuards(now, request, plan, situation);
  const parity = await executePlan(now, plan, situation, request.isAutomatic);
  const health = await checkHealth(now, plan.to, EXIT.critical);
  return {
    stage: plan.to,
    active: plan.to,
    ...measuredOf(now, parity),
    ...health,
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
