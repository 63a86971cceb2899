// `failover status`: where consumers are, what both routes say, what is unfinished. Changes nothing.

import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { type Fault, isFault } from '../../base/fault.ts';
import { ROUTE_NAMES, type RouteName, type Situation } from '../../base/feed-routes.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { sanitize } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import { judgeCheckpoint } from '../../domain/components/checkpoint.ts';
import type { Intent } from '../../domain/failover/intent.ts';
import { isFeeding, isPrimary, isSettledOn } from '../../domain/failover/situation.ts';
import type { Outcome } from '../../run/command.ts';
import { type Pair, readIntent } from './pair.ts';

export async function showStatus(pair: Pair): Promise<Outcome> {
  const [{ intent, trouble }, situation] = await Promise.all([readRecord(pair), pair.routes.look()]);
  const judged = judge(pair, situation, intent);
  const { exit, summary } =
    trouble === null ? judged : { exit: trouble.exit, summary: `${judged.summary}; ${trouble.message}` };
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
      unreadable: trouble === null ? null : { code: trouble.code, message: trouble.message },
    },
    view: (paint) => [
      ...statusLines(situation, intent, exit, summary, paint),
      ...(trouble?.hint === undefined ? [] : ['', `next: ${trouble.hint}`]),
      '',
      paint.faint(`fenced ${pair.routes.fence}`),
    ],
  };
}

/** A record that cannot be read is no reason not to look at the routes. */
async function readRecord(pair: Pair): Promise<{ readonly intent: Intent | null; readonly trouble: Fault | null }> {
  try {
    return { intent: await readIntent(pair), trouble: null };
  } catch (error) {
    if (!isFault(error)) throw error;
    return { intent: null, trouble: error };
  }
}

interface Judged {
  readonly exit: ExitCode;
  readonly summary: string;
}

function judge(pair: Pair, situation: Situation, intent: Intent | null): Judged {
  const { switch: seen } = situation;
  if (!seen.reachable) return { exit: EXIT.unknown, summary: `the switch does not answer: ${seen.reason}` };
  const { active } = seen.state;
  const next =
    intent === null
      ? ''
      : `; unfinished (${intent.stage}): ${intent.from} to ${intent.to} by ${intent.operator}; mdops failover reconcile`;
  if (active === null) return { exit: EXIT.critical, summary: `consumers follow no route${next}` };
  const silence = findSilence(pair, situation.routes[active]);
  if (silence !== null) {
    return { exit: silence.exit, summary: `consumers follow ${active}, and ${silence.summary}${next}` };
  }
  if (intent !== null) return { exit: EXIT.warning, summary: next.slice(2) };
  if (isSettledOn(situation, active)) return { exit: EXIT.ok, summary: `consumers follow ${active}` };
  return { exit: EXIT.warning, summary: `consumers follow ${active}, but the pair is not settled` };
}

/** Why consumers get nothing from the route that they follow, or null. When the exchange is closed nothing comes anyway. */
function findSilence({ config, clock }: Pair, route: Situation['routes'][RouteName]): Judged | null {
  if (!route.reachable) return { exit: EXIT.critical, summary: `it does not answer: ${route.reason}` };
  const { role, isSessionUp } = route.state;
  if (!isPrimary(route)) return { exit: EXIT.critical, summary: `it publishes nothing: its role is ${role}` };
  const session = judgeCheckpoint(config.sessions.windows, config.timezone, clock.wallMs(), 0);
  const isOpen = session === null || session.verdict === 'in session';
  if (!isSessionUp) return { exit: isOpen ? EXIT.critical : EXIT.warning, summary: 'its session is down' };
  // Breaks have none either.
  return isFeeding(route) ? null : { exit: EXIT.warning, summary: 'no ticks come' };
}

function routeDocument({ routes }: Situation, route: RouteName): JsonObject {
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
