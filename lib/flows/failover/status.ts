// `failover status`: where consumers are, what both routes say, what is unfinished. Changes nothing.

import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { ROUTE_NAMES, type Situation } from '../../base/feed-routes.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { sanitize } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import type { Intent } from '../../domain/failover/intent.ts';
import { isSettledOn } from '../../domain/failover/situation.ts';
import type { Outcome } from '../../run/command.ts';
import { type Pair, readIntent } from './pair.ts';

export async function showStatus(pair: Pair): Promise<Outcome> {
  const [intent, situation] = await Promise.all([readIntent(pair), pair.routes.look()]);
  const { exit, summary } = judge(situation, intent);
  return {
    exit,
    summary,
    report: {
      schema: 'mdops.failover-status/1',
      environment: pair.run.environment,
      active: situation.switch.reachable ? situation.switch.state.active : null,
      epoch: situation.switch.reachable ? situation.switch.state.epoch : null,
      routes: Object.fromEntries(ROUTE_NAMES.map((route) => [route, routeDocument(situation, route)])),
      fence: pair.routes.fence,
      unfinished: intent === null ? null : { run_id: intent.runId, to: intent.to, stage: intent.stage },
    },
    view: (paint) => [
      ...statusLines(situation, intent, exit, summary, paint),
      '',
      paint.faint(`fenced ${pair.routes.fence}`),
    ],
  };
}

function judge(situation: Situation, intent: Intent | null): { readonly exit: ExitCode; readonly summary: string } {
  const { switch: seen } = situation;
  if (!seen.reachable) return { exit: EXIT.unknown, summary: `the switch does not answer: ${seen.reason}` };
  const { active } = seen.state;
  if (active === null) return { exit: EXIT.critical, summary: 'consumers follow no route' };
  if (intent !== null) {
    const summary = `unfinished (${intent.stage}): ${intent.from} to ${intent.to} by ${intent.operator}; mdops failover reconcile`;
    return { exit: EXIT.warning, summary };
  }
  if (isSettledOn(situation, active)) return { exit: EXIT.ok, summary: `consumers follow ${active}` };
  return { exit: EXIT.warning, summary: `consumers follow ${active}, but the pair is not settled` };
}

function routeDocument({ routes }: Situation, route: (typeof ROUTE_NAMES)[number]): JsonObject {
  const seen = routes[route];
  return seen.reachable ? { reachable: true, ...seen.state } : { reachable: false, reason: seen.reason };
}

function statusLines(
  situation: Situation,
  intent: Intent | null,
  exit: ExitCode,
  summary: string,
  paint: Paint,
): string[] {
  const mark = exit === EXIT.ok ? paint.good : exit === EXIT.warning ? paint.warn : paint.bad;
  const active = situation.switch.reachable ? situation.switch.state.active : null;
  const rows = ROUTE_NAMES.map((route) => {
    const seen = situation.routes[route];
    const name = route === active ? paint.strong(`${route} *`) : route;
    if (!seen.reachable) return [name, paint.bad('no answer'), '', '', sanitize(seen.reason)];
    const { role, isSessionUp, coverageRatio, throughputMps, epoch } = seen.state;
    const coverage = `${(coverageRatio * 100).toFixed(2)} %`;
    return [name, role, isSessionUp ? 'up' : 'down', coverage, `${Math.round(throughputMps)}/s, epoch ${epoch}`];
  });
  const columns = ['ROUTE', 'ROLE', 'SESSION', 'COVERAGE', 'TICKS'].map((title) => ({ title }));
  const unfinished = intent === null ? [] : [paint.faint(`run ${sanitize(intent.runId)}, epoch ${intent.epoch}`)];
  return [mark(sanitize(summary)), ...unfinished, '', ...tableLines(columns, rows)];
}
