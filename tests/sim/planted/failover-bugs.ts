// Bugs planted into what moves consumers between two routes, and into the frame beneath it.

import { RULES } from '../worlds/failover-rules.ts';
import { at, type PlantedBug } from './planted-bug.ts';

const FLOW = 'lib/flows/failover';
const DOMAIN = 'lib/domain/failover';

function bug(name: string, breaks: readonly string[], ...changes: PlantedBug['changes']): PlantedBug {
  return { name, world: 'failover', breaks, changes };
}

export const FAILOVER_BUGS: readonly PlantedBug[] = [
  bug(
    'demote first, and take the gap',
    [RULES.oneFeedOn, RULES.okMeansDone, RULES.works, RULES.settles],
    at(
      `${DOMAIN}/plan.ts`,
      "['bring up', 'prove parity', 'switch to', 'verify', 'demote']",
      "['demote', 'bring up', 'prove parity', 'switch to', 'verify']",
    ),
    at(`${FLOW}/take-steps.ts`, 'if (!isPrimary(before) || !isFeeding(before)) throw notVerified(to, before);', ''),
    at(`${FLOW}/take-steps.ts`, "to: 'standby', epoch, acceptsGap: false", "to: 'standby', epoch, acceptsGap: true"),
  ),
  bug(
    'the old route is never demoted',
    [RULES.okMeansDone],
    at(`${DOMAIN}/plan.ts`, "'switch to', 'verify', 'demote']", "'switch to', 'verify']"),
  ),
  bug(
    'no intent record',
    [RULES.intentFirst],
    at(`${FLOW}/execute.ts`, 'await writeIntent(pair, execution.intent);', ''),
  ),
  bug(
    'the intent is not durable',
    [RULES.intentFirst],
    at(
      'lib/services/state/documents.ts',
      'documentText(data), options);',
      'documentText(data), { ...options, durable: false });',
    ),
  ),
  bug(
    'the intent is forgotten before the work is done',
    [RULES.intentFirst],
    at(
      `${FLOW}/execute.ts`,
      'await writeIntent(pair, execution.intent);',
      'await writeIntent(pair, execution.intent);\n  await clearIntent(pair);',
    ),
  ),
  bug(
    'a copy of the bring-up may undo the promotion',
    [RULES.oneFeedOn],
    at(`${FLOW}/move.ts`, 'return epoch + 1;', 'return epoch;'),
    at(`${FLOW}/take-steps.ts`, "if (seen.state.role !== 'off') return { route: to, role: seen.state.role };", ''),
  ),
  bug(
    'a bring-up lowers what is primary',
    [RULES.oneFeedOn],
    at(`${FLOW}/take-steps.ts`, "if (seen.state.role !== 'off') return { route: to, role: seen.state.role };", ''),
  ),
  bug(
    'consumers are moved without proof',
    [RULES.provenBefore],
    at(
      `${DOMAIN}/parity.ts`,
      'return isCovered && state.streak >= Math.max(1, policy.probes) && state.earned >= policy.earnedProbes;',
      'return policy.probes > 0 || isCovered || state.streak > 0;',
    ),
  ),
  bug(
    'a silent route is in parity',
    [RULES.provenBefore],
    at(`${DOMAIN}/parity.ts`, "if (!(throughputMps > 0)) found.push('no ticks come');", ''),
    at(
      `${DOMAIN}/parity.ts`,
      "return isInParity || activeTotal < expectedTotal ? [] : ['some of its contracts have no fresh tick'];",
      'return [];',
    ),
  ),
  bug(
    'a coverage gap is taken unasked',
    [RULES.provenBefore],
    at(`${DOMAIN}/parity.ts`, 'if (acceptsGap) return [];', 'if (acceptsGap || wanted > 0) return [];'),
  ),
  bug(
    'time over is good enough',
    [RULES.provenBefore],
    at(
      `${FLOW}/prove-parity.ts`,
      'if (clock.monotonicMs() >= endsMs) throw notProven(move, lack);',
      'if (clock.monotonicMs() >= endsMs) return { route: move.to };',
    ),
    at(`${FLOW}/take-steps.ts`, 'if (lack !== null)\n', 'if (lack === undefined)\n'),
  ),
  bug(
    'an old route that does not answer counts as demoted',
    [RULES.okMeansDone],
    at(`${FLOW}/take-steps.ts`, 'if (isFenced) return', 'if (isFenced || obeyed.reason !== null) return'),
  ),
  bug(
    'automatic failovers are counted after the act',
    [RULES.budget],
    at(`${FLOW}/move-to.ts`, 'if (request.isAutomatic) await admitAutomatic(pair);', ''),
    at(
      `${FLOW}/move-to.ts`,
      'return movedOutcome(pair',
      'if (request.isAutomatic) await admitAutomatic(pair);\n  return movedOutcome(pair',
    ),
  ),
  bug(
    'the budget runs on the wall clock',
    [RULES.budget],
    at('lib/domain/governor/governor.ts', 'now.monotonicMs - at.monotonicMs', 'now.wallMs - at.wallMs'),
  ),
  bug(
    'dead runs are not closed',
    [RULES.oneTerminal],
    at(
      'lib/services/runs/runs.ts',
      'const open = before.filter(({ isOpen }) => isOpen);',
      'const open = before.filter(({ isOpen }) => isOpen && before === null);',
    ),
  ),
  bug(
    'a run that had ended is ended again',
    [RULES.oneTerminal],
    at(
      'lib/services/runs/runs.ts',
      'if (content.records.at(-1)?.kind === TERMINAL) {',
      'if (content.records.length === 0) {',
    ),
  ),
  bug(
    'a torn tail is left in the journal',
    [RULES.chain],
    at('lib/services/runs/runs.ts', 'if (content.tornBytes > 0) await file.truncate(content.wholeBytes);', ''),
  ),
  bug(
    'the name of a journal is not durable',
    [RULES.kept],
    at('lib/services/runs/runs.ts', '{ exclusive: true, durable: true }', '{ exclusive: true }'),
  ),
  bug(
    'a failed write of the journal is tried again',
    [RULES.chain],
    at(
      'lib/services/journal/journal.ts',
      'failure = journalFault(path, error);\n      throw failure;',
      'if (error === null) failure = journalFault(path, error);\n      throw journalFault(path, error);',
    ),
  ),
  bug(
    'the target is not locked',
    // Two runs share one intent record: who ends first takes it from the other.
    [RULES.alone, RULES.oneTerminal, RULES.chain, RULES.intentFirst],
    at(
      'lib/services/runs/runs.ts',
      'if (identity.exclusive && identity.target !== null)',
      'if (identity.pid < 0 && identity.target !== null)',
    ),
  ),
  bug(
    'two unexplained primaries are sorted out without asking',
    [RULES.frozen],
    at(
      `${DOMAIN}/reconcile.ts`,
      "return { kind: 'freeze', reason: 'both routes are primary and no record says why' };",
      "return { kind: 'settle', keep: active ?? 'primary', reason: 'guessed' };",
    ),
  ),
  bug(
    'a dry run commands the routes',
    [RULES.dryRun, RULES.noBug],
    at('lib/run/routes.ts', 'if (!parts.isDryRun) return routes;', 'if (parts !== null) return routes;'),
  ),
  bug(
    'commands are repeated for ever',
    [RULES.ends, RULES.oneFeedOn, RULES.observer, RULES.provenBefore],
    at(
      'lib/clients/routes/over-control.ts',
      "obeyed.kind !== 'unreachable' || attempt === ATTEMPTS",
      "obeyed.kind !== 'unreachable' || attempt === 0",
    ),
  ),
];
