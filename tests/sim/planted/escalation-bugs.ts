// Bugs planted into incidents and into who is told of them.

import { RULES } from '../worlds/failover-rules.ts';
import { HEALTH_RULES } from '../worlds/health-rules.ts';
import { at, type PlantedBug } from './planted-bug.ts';

const INCIDENTS = 'lib/services/incidents';

function escalation(name: string, breaks: readonly string[], ...changes: PlantedBug['changes']): PlantedBug {
  return { name, world: 'escalation', breaks, changes };
}

export const ESCALATION_BUGS: readonly PlantedBug[] = [
  escalation(
    'a page is marked before it is sent',
    [HEALTH_RULES.paged, HEALTH_RULES.notAgain],
    at(
      `${INCIDENTS}/incidents.ts`,
      'problems.push(...(await store(documents, name, incident)));\n  if (change',
      "problems.push(...(await store(documents, name, { ...incident, page: 'accepted' })));\n  if (change",
    ),
  ),
  escalation(
    'a dedup key for each run',
    [HEALTH_RULES.oneAlert],
    at(
      'lib/domain/incidents/incident.ts',
      "current === null || current.state === 'resolved' ? null : current;",
      "current === null || (current.state === 'resolved' || fact.kind === 'failed') ? null : current;",
    ),
  ),
  escalation(
    'an incident is not stored',
    [HEALTH_RULES.storedKey],
    at(
      `${INCIDENTS}/incidents.ts`,
      'problems.push(...(await store(documents, name, incident)));\n  if (change',
      'if (change',
    ),
  ),
  escalation(
    "a person's resolve is ignored",
    [HEALTH_RULES.notAgain],
    at(
      `${INCIDENTS}/escalate.ts`,
      ": incident.page === 'due' ? 'page' : null;",
      ": incident.page !== 'not due' && incident.state === 'open' ? 'page' : null;",
    ),
  ),
  escalation(
    'a page is lost on 429',
    [HEALTH_RULES.paged, HEALTH_RULES.told, HEALTH_RULES.resolved],
    at(
      `${INCIDENTS}/escalate.ts`,
      'delivery.status !== REFUSED)',
      'delivery.status !== REFUSED && delivery.status !== 429)',
    ),
  ),
  escalation(
    'a sign-in page refuses a page for ever',
    [HEALTH_RULES.paged, HEALTH_RULES.told, HEALTH_RULES.resolved],
    at(`${INCIDENTS}/escalate.ts`, 'delivery.status !== REFUSED)', 'delivery.retryable)'),
  ),
  escalation(
    'a page is tried for ever',
    [RULES.ends, HEALTH_RULES.silent],
    at(
      `${INCIDENTS}/escalate.ts`,
      'while (isPending(last.incident) && parts.clock.monotonicMs() + parts.pauseMs < endsMs)',
      'while (isPending(last.incident) && endsMs > 0)',
    ),
  ),
  escalation(
    'the flush of the spool forgets pages',
    [HEALTH_RULES.paged],
    at(
      'lib/run/open-telemetry-desk.ts',
      'const problems = canPage ? await incidents.settle(signal) : due.length === 0 ? [] : [CANNOT_PAGE];',
      'const problems: string[] = canPage || due.length === 0 ? [] : [CANNOT_PAGE];',
    ),
  ),
  escalation(
    'the escalation command is never called',
    [HEALTH_RULES.silent],
    at(
      `${INCIDENTS}/escalate.ts`,
      "if (change !== 'opened' && !isUnheard) return chats;",
      "if (change !== 'resolved' || isUnheard) return chats;",
    ),
  ),
  escalation(
    'told is marked before anybody is',
    [HEALTH_RULES.silent, HEALTH_RULES.told],
    at(
      `${INCIDENTS}/incidents.ts`,
      "const tells = decision.tells || (incident.state === 'open' && !isHeard(incident));",
      'const tells = decision.tells;',
    ),
    at(
      `${INCIDENTS}/escalate.ts`,
      "if (change !== 'opened' && !isUnheard) return chats;",
      "if (change !== 'opened') return chats;",
    ),
  ),
  escalation(
    'recovery leaves the alert open',
    [HEALTH_RULES.resolved, HEALTH_RULES.settles],
    at(
      'lib/domain/incidents/incident.ts',
      "return { incident: endPage(resolved), change: 'resolved', tells: true };",
      "return { incident: resolved, change: 'resolved', tells: true };",
    ),
  ),
  escalation(
    'an end that did not arrive is forgotten',
    [HEALTH_RULES.oneAlert, HEALTH_RULES.resolved],
    at(
      'lib/domain/incidents/incident.ts',
      "if (current?.ending !== 'due') return null;",
      "if (current?.ending !== 'never' as string) return null;",
    ),
  ),
  escalation(
    'a flush and a check work on one incident at once',
    [HEALTH_RULES.notAgain, HEALTH_RULES.storedKey, HEALTH_RULES.oneAlert],
    at(
      `${INCIDENTS}/turns.ts`,
      'if (attempt?.held === true) return attempt.release;',
      'if (attempt !== null) return async () => {};',
    ),
  ),
];
