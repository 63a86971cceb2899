// Bugs planted into what keeps and delivers what runs have to tell.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the planted texts are source code.

import { SPOOL_RULES } from '../worlds/spool-rules.ts';
import { at, type PlantedBug } from './planted-bug.ts';

const METRICS = 'lib/services/metrics';
const SPOOL = 'lib/services/spool';

function bug(name: string, breaks: readonly string[], ...changes: PlantedBug['changes']): PlantedBug {
  return { name, world: 'spool', breaks, changes };
}

export const SPOOL_BUGS: readonly PlantedBug[] = [
  bug(
    'no spool',
    [SPOOL_RULES.nothingLost],
    at(
      `${SPOOL}/spool.ts`,
      'await files.replace(`${directory}/${id}.json`, `${JSON.stringify(record)}\\n`, { durable: false });',
      "if (record.kind !== 'metrics') await files.replace(`${directory}/${id}.json`, `${JSON.stringify(record)}\\n`, { durable: false });",
    ),
  ),
  bug(
    'what did not arrive counts as delivered',
    [SPOOL_RULES.nothingLost],
    at(`${METRICS}/deliver.ts`, 'if (!delivery.ok && delivery.retryable) break;', ''),
    at(
      `${METRICS}/deliver.ts`,
      'if (delivery.ok) delivered += 1;',
      'if (delivery.ok || delivery.retryable) delivered += 1;',
    ),
  ),
  bug(
    'an older record overwrites a newer one',
    [SPOOL_RULES.newest],
    at(`${SPOOL}/record.ts`, 'return a.monotonic_ms - b.monotonic_ms ||', 'return b.monotonic_ms - a.monotonic_ms ||'),
  ),
  bug(
    'records are ordered by the wall clock',
    [SPOOL_RULES.newest],
    at(`${SPOOL}/record.ts`, 'return a.monotonic_ms - b.monotonic_ms ||', 'return a.at_ms - b.at_ms ||'),
  ),
  bug(
    'what is dropped is not counted',
    [SPOOL_RULES.nothingLost],
    at(`${SPOOL}/spool.ts`, 'return surplus.length;', 'return Math.min(0, surplus.length);'),
  ),
  bug(
    'records go before their groups are written',
    [SPOOL_RULES.nothingLost, SPOOL_RULES.forward],
    at(
      `${METRICS}/deliver.ts`,
      'for (const state of groups.changed()) await store.write(state);',
      'await settleAll(records, members, settle);\n    for (const state of groups.changed()) await store.write(state);',
    ),
  ),
  bug(
    'what was folded before a kill is folded again',
    [SPOOL_RULES.nothingTwice],
    at(
      `${METRICS}/fold.ts`,
      'const fresh = records.filter((record) => !known.has(record.id));',
      'const fresh = records.filter(() => known.size >= 0);',
    ),
  ),
  bug(
    'counters begin anew with every run',
    [SPOOL_RULES.nothingLost, SPOOL_RULES.forward],
    at(`${METRICS}/fold.ts`, 'value: (old as { value: number }).value + one.value', 'value: one.value'),
  ),
  bug(
    'a page counts as an answer of the gateway',
    [SPOOL_RULES.nothingLost],
    at(
      'lib/clients/pushgateway/pushgateway.ts',
      "return response.body.length === 0 ? null : 'with a page where Pushgateway says nothing';",
      'return null;',
    ),
  ),
  bug(
    'a gateway that began anew is not noticed',
    [SPOOL_RULES.nothingLost],
    at(
      `${METRICS}/deliver.ts`,
      'const mayHaveForgotten = known?.started_at !== started;',
      "const mayHaveForgotten = known?.started_at === '';",
    ),
  ),
  bug(
    'a gateway that was never asked has everything',
    [SPOOL_RULES.nothingLost],
    at(
      `${METRICS}/deliver.ts`,
      'const mayHaveForgotten = known?.started_at !== started;',
      'const mayHaveForgotten = known !== null && known.started_at !== started;',
    ),
  ),
  bug(
    'the new gateway is noted before what it must be told',
    [SPOOL_RULES.nothingLost],
    at(
      `${METRICS}/deliver.ts`,
      'const mayHaveForgotten = known?.started_at !== started;',
      'await store.writeGateway({ started_at: started, checked_at_ms: nowMs });\n  const mayHaveForgotten = known?.started_at !== started;',
    ),
  ),
  bug(
    'a region that Grafana did not take is forgotten',
    [SPOOL_RULES.told],
    at(
      'lib/run/announcement.ts',
      'if (!answer.retryable) return [`grafana: ${answer.reason}`];',
      'if (answer.reason.length >= 0) return [];',
    ),
  ),
  bug(
    'what was delivered stays in the spool',
    [SPOOL_RULES.empties, SPOOL_RULES.toldOnce],
    at(
      `${SPOOL}/spool.ts`,
      'counts[outcome] += 1;\n    await files.remove(`${directory}/${record.id}.json`);',
      'counts[outcome] += 1;',
    ),
  ),
];
