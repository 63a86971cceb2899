// What a report says in words: why it could not judge, what is broken, what to keep an eye on.

import { count } from '../../base/count.ts';
import { formatDuration } from '../../base/duration.ts';
import { oneLine } from '../../base/sanitize.ts';
import { type BrokenTick, countExpected, type HealthInput, type Looked, type Tally } from './tally.ts';

const EXAMPLES = 5;
const LONGEST_NAME = 60;

/** Empty when both sources can be trusted. */
export function reasonsNotToJudge(input: HealthInput): string[] {
  const reasons = [...reasonsAgainst(input.catalogue), ...reasonsAgainst(input.active)];
  if (input.catalogue.problem !== '') return reasons;
  const { expected, ignored } = countExpected(input.feed);
  if (expected > 0) return reasons;
  const why = ignored > 0 ? `all ${ignored} of its symbols are ignored` : 'it names no symbol';
  return [`${input.catalogue.name}: the catalogue is empty: ${why}`, ...reasons];
}

function reasonsAgainst(looked: Looked): string[] {
  const { name, origin, problem } = looked;
  if (origin.source === 'error') return [`${name}: the source answered an error: ${said(origin.error)}`];
  if (origin.source === 'unsupported')
    return [`${name}: the source does not support this question${aside(origin.error)}`];
  // Clients say whole sentences, readers only what is wrong.
  if (problem.startsWith('Cannot ')) return [problem];
  if (problem !== '') return [`${name}: cannot be read: ${problem}`];
  if (origin.isTruncated === true) return [`${name}: the answer is truncated: part of it is unknown`];
  return [];
}

function said(error: string | undefined): string {
  return error === undefined || error === '' ? 'it gave no reason' : oneLine(error);
}

function aside(error: string | undefined): string {
  return error === undefined || error === '' ? '' : `: ${oneLine(error)}`;
}

export function describeErrors(input: HealthInput, tally: Tally, coverage: number): string[] {
  const errors: string[] = [];
  if (tally.missing.length > 0) {
    errors.push(`${count(tally.missing.length, 'expected contract')} not subscribed: ${examples(tally.missing)}`);
  }
  if (coverage < input.coverageThreshold) {
    errors.push(`coverage ${percent(coverage)} is below ${wantedPercent(input.coverageThreshold)}`);
  }
  if (tally.silent.length > 0) {
    errors.push(`${count(tally.silent.length, 'subscription')} never ticked: ${examples(tally.silent)}`);
  }
  if (tally.late.length > 0) {
    errors.push(`${count(tally.late.length, 'subscription')} stalled: ${examples(tally.late, withLag)}`);
  }
  errors.push(...tally.broken.slice(0, EXAMPLES).map(describeBroken));
  if (tally.broken.length > EXAMPLES) {
    errors.push(`${tally.broken.length - EXAMPLES} more contracts with an unusable tick time`);
  }
  return errors;
}

function describeBroken(tick: BrokenTick): string {
  const text = tick.text === null ? 'is not text' : `"${oneLine(tick.text, LONGEST_NAME)}"`;
  if (tick.aheadMs === null) {
    return `${shown(tick.symbol)}: tick time ${text} ${tick.text === null ? 'but RFC 3339 is expected' : 'is not RFC 3339'}`;
  }
  return `${shown(tick.symbol)}: tick time ${text} lies ${formatDuration(tick.aheadMs)} in the future`;
}

export function describeWarnings(input: HealthInput, tally: Tally): string[] {
  const warnings: string[] = [];
  const { feed } = input;
  if (tally.slow.length > 0) {
    warnings.push(`${count(tally.slow.length, 'subscription')} slow: ${examples(tally.slow, withLag)}`);
  }
  if (tally.unexpected.length > 0) {
    const what = `${count(tally.unexpected.length, 'active contract')} not in the catalogue`;
    warnings.push(`${what}: ${examples(tally.unexpected)}`);
  }
  const { unproven = [] } = input;
  if (unproven.length > 0) {
    warnings.push(`${count(unproven.length, 'resubscribed contract')} without a tick since: ${examples(unproven)}`);
  }
  if (tally.unobservable > 0) {
    warnings.push(
      `${count(tally.unobservable, 'subscription')} without a tick time in the answer: stalls there are invisible`,
    );
  }
  if (feed.repeatedRows > 0) {
    warnings.push(`${count(feed.repeatedRows, 'repeated subscription')}: of each symbol the freshest counted`);
  }
  if (feed.repeatedExpected > 0)
    warnings.push(`${count(feed.repeatedExpected, 'repeated catalogue entry', 'repeated catalogue entries')}`);
  const { total } = input.active.origin;
  if (total !== undefined && total !== feed.rows) {
    warnings.push(`${input.active.name}: announces ${total} subscriptions and lists ${feed.rows}`);
  }
  return [...warnings, ...(input.notes ?? [])];
}

function withLag(row: { readonly symbol: string; readonly lag_seconds: number | null }): string {
  return row.lag_seconds === null ? row.symbol : `${row.symbol} (${formatDuration(row.lag_seconds * 1_000)})`;
}

function examples<T>(names: readonly T[], nameOf: (item: T) => string = String): string {
  const list = names
    .slice(0, EXAMPLES)
    .map((item) => shown(nameOf(item)))
    .join(', ');
  return names.length > EXAMPLES ? `${list} and ${names.length - EXAMPLES} more` : list;
}

function shown(name: string): string {
  return oneLine(name, LONGEST_NAME);
}

// 0.57 * 10,000 comes out a little below 5,700. One of ten million contracts makes a hundred times as much as this.
const SLACK = 1e-5;

/** Rounded down: 99.996 % must not read as 100 %. */
export function percent(ratio: number): string {
  return `${Math.floor(ratio * 10_000 + SLACK) / 100} %`;
}

/** As it was given: beside a threshold of 99.999 % a coverage of 99.99 % is less. */
export function wantedPercent(threshold: number): string {
  return `${Number((threshold * 100).toPrecision(12))} %`;
}
