// Why an alert is not tried, in words.

import type { Stimulus } from '../rules/stimulus.ts';
import type { SmokeCase } from './smoke-case.ts';

// What a real stack may be kept waiting for one leg.
const LONGEST_LEG_MS = 15 * 60_000;

/** Real series are never touched: what only their absence or failure can show is proven with --ephemeral. */
export function whySkipped({ stimulus, best, nonce }: SmokeCase): string | null {
  if (stimulus.kind === 'played') return whyNotPlayed(stimulus, nonce) ?? tooLong(best);
  if (stimulus.kind === 'unproven') return stimulus.reason;
  if (stimulus.kind === 'scrape') return 'a real target would have to fail: proven with --ephemeral';
  if (stimulus.kind !== 'series') return null;
  if (stimulus.fire.kind === 'absent') return 'real series would have to vanish: proven with --ephemeral';
  return tooLong(best);
}

function tooLong({ fireMs }: SmokeCase['best']): string | null {
  return fireMs > LONGEST_LEG_MS ? 'takes too long in real time: proven with --ephemeral' : null;
}

/** On a running stack a series may be pushed only where it stays visible as a test, and by itself. */
function whyNotPlayed({ quiet, fire }: Extract<Stimulus, { kind: 'played' }>, nonce: string | null): string | null {
  if (nonce === null) return 'real series would be added up with the synthetic ones: proven with --ephemeral';
  const data = [...quiet, ...fire];
  if (data.some(({ value }) => !['constant', 'ago', 'lag'].includes(value.kind))) {
    return 'counters would have to run for its whole window: proven with --ephemeral';
  }
  const isElsewhere = data.some(({ series }) => /[{,](job|target)="/.test(series.replaceAll(' ', '')));
  return isElsewhere ? 'needs push groups of other jobs: proven with --ephemeral' : null;
}

export function whyUnproven({ stimulus }: SmokeCase): string | null {
  return stimulus.kind === 'unproven' ? stimulus.reason : null;
}
