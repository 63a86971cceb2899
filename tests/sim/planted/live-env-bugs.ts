// Bugs planted into what starts and stops the live environment.

import { LIVE_RULES } from '../worlds/live-env-rules.ts';
import { at, type PlantedBug } from './planted-bug.ts';

const FLOW = 'lib/flows/start-live-env';

function bug(name: string, breaks: readonly string[], ...changes: PlantedBug['changes']): PlantedBug {
  return { name, world: 'live-env', breaks, changes };
}

export const LIVE_ENV_BUGS: readonly PlantedBug[] = [
  bug(
    'what was started is ready',
    [LIVE_RULES.readyIsReady, LIVE_RULES.needsFirst],
    at(
      `${FLOW}/bring-up.ts`,
      'const ready = await proof.untilReady(component, since, signal, (seen) => watch.seen(component.name, seen));',
      "const ready = { isReady: proof !== null, detail: '' };",
    ),
  ),
  bug(
    'a start whose time is over is ready',
    [LIVE_RULES.readyIsReady, LIVE_RULES.needsFirst],
    at(
      `${FLOW}/proof.ts`,
      'return { isReady: false, detail: `not ready after',
      'return { isReady: true, detail: `not ready after',
    ),
  ),
  bug(
    'whoever answers is ready',
    [LIVE_RULES.readyIsReady, LIVE_RULES.needsFirst],
    at(
      `${FLOW}/proof.ts`,
      "if (presence === 'stopped') return { isReady: false, detail: 'ended before it was ready' };",
      '',
    ),
    at(`${FLOW}/proof.ts`, "if (presence === 'stopped') return { isReady: false, detail: 'it has ended' };", ''),
  ),
  bug(
    'ready is said without a last look',
    [LIVE_RULES.readyIsReady],
    at(
      `${FLOW}/bring-all.ts`,
      'if (ctx.clock.monotonicMs() - since > PROOF_HOLDS_MS)',
      'if (since < PROOF_HOLDS_MS - 1e9)',
    ),
  ),
  bug(
    'needs are not waited for',
    [LIVE_RULES.needsFirst, LIVE_RULES.dependentsFirst],
    at(
      'lib/domain/components/graph.ts',
      'return !begun.has(name) && after.every((needed) => done.has(needed) || !components.has(needed));',
      'return !begun.has(name) && (after.length >= 0 || done.size > 0);',
    ),
  ),
  bug(
    'a stop goes in the order of a start',
    [LIVE_RULES.dependentsFirst],
    at(
      `${FLOW}/bring-all.ts`,
      'const needs = reverseNeeds(components);',
      'const needs = components.size < 0 ? reverseNeeds(components) : components;',
    ),
  ),
  bug(
    'what runs is started once more',
    [LIVE_RULES.oneCopy],
    at(
      `${FLOW}/bring-up.ts`,
      "if (presence !== 'running') {\n    await ctx.steps.note",
      'if (presence !== null) {\n    await ctx.steps.note',
    ),
  ),
  bug(
    'a process is started before it can be found again',
    [LIVE_RULES.oneCopy, LIVE_RULES.reachesGoal, LIVE_RULES.dependentsFirst],
    at(`${FLOW}/drivers/process-driver.ts`, 'await documents.write(documentOf(component), { mark });', ''),
  ),
  bug(
    'what a dead component forked goes on',
    [LIVE_RULES.oneCopy, LIVE_RULES.reachesGoal, LIVE_RULES.undone, LIVE_RULES.stoppedIsStopped],
    at(
      `${FLOW}/drivers/process-driver.ts`,
      'return known.mark === undefined || (await processes.isAlive(known)) ? null : known.mark;',
      'return null;',
    ),
  ),
  bug(
    'a failed start is not undone',
    [LIVE_RULES.undone],
    at(`${FLOW}/bring-all.ts`, 'if (touched.size === 0) return [];', 'if (touched.size >= 0) return [];'),
  ),
  bug(
    'a failed start undoes what others had started',
    [LIVE_RULES.ownOnly],
    at(
      `${FLOW}/bring-all.ts`,
      '[...components].filter(([name]) => touched.has(name))',
      '[...components].filter(([name]) => name !== [...touched].join())',
    ),
  ),
  bug(
    'a cancelled start leaves what it had begun',
    [LIVE_RULES.undone],
    at(`${FLOW}/bring-all.ts`, 'signal: new AbortController().signal,', 'signal: ctx.signal,'),
  ),
  bug(
    'what does not answer is stopped',
    [LIVE_RULES.stoppedIsStopped, LIVE_RULES.dependentsFirst],
    at(
      `${FLOW}/bring-up.ts`,
      "if (presence === 'stopped') {\n    const { isReady }",
      "if (presence !== 'running') {\n    const { isReady }",
    ),
  ),
  bug(
    'what could not be stopped counts as stopped',
    [LIVE_RULES.stoppedIsStopped, LIVE_RULES.oneCopy],
    at(
      `${FLOW}/bring-up.ts`,
      "return ending === 'stopped' ||",
      "return ending === 'stopped' || ending === 'failed' ||",
    ),
  ),
  bug(
    'a dry run starts and stops',
    [LIVE_RULES.dryRun, LIVE_RULES.noBug],
    at('lib/run/dry-run.ts', 'processes: plannedProcesses(effects.processes),', 'processes: effects.processes,'),
  ),
  bug(
    'the environment is not locked',
    [LIVE_RULES.alone, LIVE_RULES.oneCopy, LIVE_RULES.oneTerminal, LIVE_RULES.chain],
    at(
      'lib/services/runs/runs.ts',
      'if (identity.exclusive && identity.target !== null)',
      'if (identity.pid < 0 && identity.target !== null)',
    ),
  ),
  bug(
    'hung sinks hold up the run',
    [LIVE_RULES.telemetry],
    at(
      'lib/run/deliver-telemetry.ts',
      'const { budgetMs } = ctx.config.telemetry;',
      'const budgetMs = 5 * ctx.config.telemetry.budgetMs;',
    ),
  ),
];
