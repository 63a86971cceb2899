// What to do next, and what a repair would send: the end of every answer.

import { oneLine } from '../../base/sanitize.ts';
import { brokenSymbols, portion } from '../../domain/health/repair.ts';
import type { HealthReport } from '../../domain/health/report.ts';
import type { CheckPlan } from './plan.ts';

export interface PlannedBatches {
  readonly contracts: number;
  readonly requests: number;
  /** The first of them. */
  readonly batches: readonly (readonly string[])[];
}

const NAMES_SHOWN = 5;
const BATCHES_SHOWN = 5;
const BATCHES_KEPT = 100;
const NAME = 40;

/** What enforcement would send first; null when there is nothing to send, or it was sent already. */
export function plannedBatches(report: HealthReport, batchSize: number): PlannedBatches | null {
  const broken = report.verdict === 'unknown' || wasTried(report) ? [] : brokenSymbols(report);
  const batches = portion(broken, batchSize);
  if (broken.length === 0) return null;
  return { contracts: broken.length, requests: batches.length, batches: batches.slice(0, BATCHES_KEPT) };
}

function wasTried({ remediation }: HealthReport): boolean {
  return remediation !== null && remediation.attempts > 0;
}

export function describeNext(plan: CheckPlan, report: HealthReport, planned: PlannedBatches | null): string[] {
  const lines = planned === null ? [] : describeBatches(planned);
  if (report.verdict === 'healthy') return [];
  if (report.verdict === 'unknown') {
    const isLive = plan.catalogueFile === null || plan.activeFile === null;
    const look = isLive ? 'mdops start-live-env status tells what runs; ' : '';
    return [...lines, `${look}the first line above tells why it could not look`];
  }
  if (plan.mode !== 'enforce' && planned !== null) lines.push('mdops check-feed-health --mode enforce … sends them');
  if (report.remediation?.escalated === true) {
    lines.push('people were told; mdops automation shows what may still be done');
  } else if (report.verdict === 'unhealthy' && wasTried(report)) {
    lines.push('nobody was told: see the log, and tell the desk yourself');
  }
  if (report.unexpected_contracts.length > 0)
    lines.push('contracts outside the catalogue: renew the catalogue or unsubscribe them');
  return [...lines, 'runbooks/production-runbook.md#5-routine-health'];
}

function describeBatches({ contracts, requests, batches }: PlannedBatches): string[] {
  const shown = batches.slice(0, BATCHES_SHOWN).map((batch, i) => {
    const names = batch.slice(0, NAMES_SHOWN).map((symbol) => oneLine(symbol, NAME));
    const more = batch.length > NAMES_SHOWN ? ` and ${batch.length - NAMES_SHOWN} more` : '';
    return `  batch ${i + 1}: ${names.join(', ')}${more}`;
  });
  const rest = requests > BATCHES_SHOWN ? [`  and ${requests - BATCHES_SHOWN} more`] : [];
  const head = `to resubscribe: ${contracts} contract${contracts === 1 ? '' : 's'} in ${requests} request${requests === 1 ? '' : 's'}`;
  return [head, ...shown, ...rest];
}
