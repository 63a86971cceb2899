// How far each alert has come: the time of every hop, taken from the systems' own clocks where they tell.

import type { Receipt } from './receipts.ts';
import type { SmokeCase } from './smoke-case.ts';

export interface Track {
  pushedMs: number | null;
  scrapedMs: number | null;
  pendingMs: number | null;
  firingMs: number | null;
  notifiedMs: number | null;
  readonly received: Map<string, number>;
  recoveryPushedMs: number | null;
  /** Newest sample in which it fired. */
  lastFiringMs: number | null;
  inactiveMs: number | null;
  readonly resolved: Map<string, number>;
  /** Before anything was meant to fire. */
  firedWhenQuiet: boolean;
  /** Newest sample in which it was about to, though everything was quiet. */
  pendingWhenQuietMs: number | null;
  /** Requests to the right receiver that it refused: status, or null when it never answered. */
  readonly refusals: (number | null)[];
  /** What was wrong with what arrived. */
  readonly problems: Set<string>;
}

export interface SampleSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [atMs: number, value: number])[];
}

export function newTrack(): Track {
  return {
    pushedMs: null,
    scrapedMs: null,
    pendingMs: null,
    firingMs: null,
    notifiedMs: null,
    received: new Map(),
    recoveryPushedMs: null,
    lastFiringMs: null,
    inactiveMs: null,
    resolved: new Map(),
    firedWhenQuiet: false,
    pendingWhenQuietMs: null,
    refusals: [],
    problems: new Set(),
  };
}

export function noteSamples(smoke: SmokeCase, track: Track, series: readonly SampleSeries[], nowMs: number): void {
  for (const { labels, samples } of series) {
    if (labels['__name__'] === 'ALERTS') {
      if (isOwnAlert(smoke, labels)) noteState(smoke, track, labels['alertstate'] ?? '', samples);
    } else if (smoke.nonce !== null && labels['nonce'] === smoke.nonce) noteScrape(smoke, track, samples);
  }
  noteEnd(smoke, track, nowMs);
}

function isOwnAlert(smoke: SmokeCase, labels: Readonly<Record<string, string>>): boolean {
  return labels['alertname'] === smoke.alert && (labels['nonce'] ?? null) === smoke.nonce;
}

function noteScrape(smoke: SmokeCase, track: Track, samples: SampleSeries['samples']): void {
  const { pushedMs } = track;
  if (pushedMs === null) return;
  const isDown = smoke.stimulus.kind === 'scrape';
  const first = samples.find(([atMs, value]) => atMs >= pushedMs && (!isDown || value === 0));
  if (first !== undefined) track.scrapedMs ??= first[0];
}

function noteState(smoke: SmokeCase, track: Track, state: string, samples: SampleSeries['samples']): void {
  const last = samples.at(-1)?.[0];
  if (last === undefined) return;
  const { pushedMs } = track;
  if (pushedMs === null) {
    // A counter that has just begun has no window yet: what it seems to show then may pass.
    if (state === 'pending' && smoke.stimulus.kind === 'played') track.pendingWhenQuietMs = last;
    else track.firedWhenQuiet = true;
    return;
  }
  const first = samples.find(([atMs]) => atMs >= pushedMs)?.[0];
  if (first === undefined) return;
  if (state === 'pending') track.pendingMs ??= first;
  if (state !== 'firing') return;
  track.firingMs ??= first;
  track.lastFiringMs = Math.max(track.lastFiringMs ?? 0, last);
}

/** At the end of the quiet time: it fired, or would fire if it were quiet for longer. */
export function isLoudWhenQuiet({ best }: SmokeCase, track: Track, nowMs: number): boolean {
  const { firedWhenQuiet, pendingWhenQuietMs } = track;
  return firedWhenQuiet || (pendingWhenQuietMs !== null && nowMs - pendingWhenQuietMs <= 2 * best.evaluationMs);
}

/** Prometheus writes no sample for an alert that has ended: two evaluations without one say so. */
function noteEnd({ best }: SmokeCase, track: Track, nowMs: number): void {
  const { recoveryPushedMs, lastFiringMs } = track;
  if (recoveryPushedMs === null || lastFiringMs === null) return;
  const isOver = nowMs - lastFiringMs > 2 * best.evaluationMs + 100;
  track.inactiveMs = isOver ? lastFiringMs + best.evaluationMs : null;
}

/** A receipt that belongs to this case: the right receiver and the right words, or a problem. */
export function noteReceipt(smoke: SmokeCase, track: Track, receipt: Receipt): void {
  const { receiver, status, isResolved, atMs } = receipt;
  if (receipt.alert !== smoke.alert) {
    if (smoke.mayAlsoFire(receipt.alert)) return;
    track.problems.add(`neighbour ${receipt.alert} fired on what was pushed for ${smoke.alert}`);
    return;
  }
  if (!smoke.receivers.includes(receiver)) {
    track.problems.add(`routed elsewhere: ${receiver} was told, wanted ${smoke.receivers.join(', ')}`);
    return;
  }
  if (status === null || status < 200 || status > 299) {
    track.refusals.push(status);
    return;
  }
  for (const problem of wrongWords(smoke, receipt)) track.problems.add(problem);
  const times = isResolved ? track.resolved : track.received;
  if (!times.has(receiver)) times.set(receiver, atMs);
}

function wrongWords(smoke: SmokeCase, receipt: Receipt): string[] {
  const problems: string[] = [];
  if (receipt.severity !== smoke.severity)
    problems.push(`severity is "${receipt.severity}", wanted "${smoke.severity}"`);
  if (!receipt.text.includes(smoke.runbook)) problems.push(`the text has no link to ${smoke.runbook}`);
  if (receipt.text.includes('<no value>')) problems.push('the text has a gap: a label is missing');
  if (smoke.nonce !== null && !receipt.isTest) problems.push('the message is not marked as a test');
  return problems;
}

export function isReceived(smoke: SmokeCase, track: Track): boolean {
  return track.problems.size === 0 && smoke.receivers.every((receiver) => track.received.has(receiver));
}

export function isResolved(smoke: SmokeCase, track: Track): boolean {
  return smoke.receivers.every((receiver) => track.resolved.has(receiver));
}

export function lastOf(times: ReadonlyMap<string, number>): number | null {
  return times.size === 0 ? null : Math.max(...times.values());
}
