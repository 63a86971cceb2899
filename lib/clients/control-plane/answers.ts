// What the control plane answers, as our types. Nothing in it is trusted: what cannot be read is "could not look".

import { isRecord, own } from '../../base/json.ts';
import { oneLine } from '../../base/sanitize.ts';

export interface Contracts {
  readonly symbols: readonly string[];
  readonly source: 'cache' | 'vnpy' | 'empty';
}

export interface Subscription {
  /** Full name, `base.EXCHANGE`. */
  readonly symbol: string;
  readonly subscriptionId: string | null;
  readonly createdAt: string | null;
  /** As sent, null included; undefined when the source gives no tick time (a bare string). */
  readonly lastTickAt: string | null | undefined;
  readonly isActive: boolean;
}

export interface ActiveSubscriptions {
  readonly subscriptions: readonly Subscription[];
  readonly total: number;
  /** More exist than were sent, as a limit asked for. */
  readonly isPartial: boolean;
}

export interface Rejection {
  readonly symbol: string;
  readonly reason: string;
  readonly isRateLimited: boolean;
}

export interface BulkResult {
  readonly accepted: readonly string[];
  readonly rejected: readonly Rejection[];
  /** Asked for and mentioned nowhere in the answer. */
  readonly unanswered: readonly string[];
}

/** Why an answer cannot be used. */
export interface Unusable {
  readonly problem: string;
  readonly isRateLimited?: boolean;
}

const RATE_LIMIT = /rate[ _-]?limit/i;
const LONGEST_REASON = 200;
const LONGEST_NAME = 40;
const CATALOGUE_SOURCES = ['cache', 'vnpy', 'empty'] as const;

export function isUnusable(value: object): value is Unusable {
  return Object.hasOwn(value, 'problem');
}

export function readContracts(body: Uint8Array): Contracts | Unusable {
  const read = readObject(body);
  if (isUnusable(read)) return read;
  const { answer } = read;
  const source = own(answer, 'source');
  const known = CATALOGUE_SOURCES.find((name) => name === source);
  if (known === undefined) return unusableSource(source, answer);
  const symbols = readSymbols(own(answer, 'symbols'), 'symbols');
  return isUnusable(symbols) ? symbols : { symbols, source: known };
}

/** `limit` is what was asked for: only then may the list be shorter than the total. */
export function readActive(body: Uint8Array, limit: number | undefined): ActiveSubscriptions | Unusable {
  const read = readObject(body);
  if (isUnusable(read)) return read;
  const { answer } = read;
  const source = own(answer, 'source');
  if (source !== 'market-data-service') return unusableSource(source, answer);
  const entries = own(answer, 'subscriptions');
  if (!Array.isArray(entries)) return { problem: 'it has no list "subscriptions"' };
  const total = own(answer, 'total') ?? entries.length;
  if (!Number.isSafeInteger(total) || (total as number) < 0) return { problem: '"total" is not a count' };
  const isPartial = own(answer, 'truncated') === true || (total as number) > entries.length;
  if (isPartial && limit === undefined) {
    return { problem: `it is cut off: ${entries.length} of ${total as number} subscriptions` };
  }
  const subscriptions: Subscription[] = [];
  for (const [index, entry] of entries.entries()) {
    const subscription = readSubscription(entry);
    if (subscription === null) return { problem: `entry ${index + 1} names no symbol` };
    subscriptions.push(subscription);
  }
  return { subscriptions, total: total as number, isPartial };
}

export function readBulk(body: Uint8Array, asked: readonly string[]): BulkResult | Unusable {
  const read = readObject(body);
  if (isUnusable(read)) return read;
  const { answer } = read;
  const accepted = own(answer, 'accepted');
  const rejected = own(answer, 'rejected');
  if (!Array.isArray(accepted) || !Array.isArray(rejected)) return unreadableBulk(answer);
  const open = new Set(asked);
  const refusals: Rejection[] = [];
  for (const entry of rejected) {
    const refusal = readRejection(entry);
    // Named in both lists, or twice: refused counts, once. Not asked for: not ours.
    if (refusal !== null && open.delete(refusal.symbol)) refusals.push(refusal);
  }
  const taken = accepted.filter((symbol): symbol is string => typeof symbol === 'string' && open.delete(symbol));
  return { accepted: taken, rejected: refusals, unanswered: [...open] };
}

function readObject(body: Uint8Array): { readonly answer: Readonly<Record<string, unknown>> } | Unusable {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { problem: 'it is not JSON in UTF-8' };
  }
  return isRecord(value) ? { answer: value } : { problem: 'it is not a JSON object' };
}

function unusableSource(source: unknown, answer: Readonly<Record<string, unknown>>): Unusable {
  const error = own(answer, 'error');
  const said = typeof error === 'string' && error !== '' ? `: ${oneLine(error, LONGEST_REASON)}` : '';
  if (source === 'unsupported') return { problem: `the source does not support it${said}` };
  if (source === 'error')
    return { problem: `the source reports an error${said}`, isRateLimited: RATE_LIMIT.test(said) };
  if (source === undefined) return { problem: `it names no source${said}`, isRateLimited: RATE_LIMIT.test(said) };
  return { problem: `its source ${describe(source)} is unknown${said}` };
}

function unreadableBulk(answer: Readonly<Record<string, unknown>>): Unusable {
  const error = own(answer, 'error');
  if (typeof error !== 'string') return { problem: 'it has no lists "accepted" and "rejected"' };
  return { problem: oneLine(error, LONGEST_REASON), isRateLimited: RATE_LIMIT.test(error) };
}

function readSymbols(value: unknown, name: string): readonly string[] | Unusable {
  if (!Array.isArray(value)) return { problem: `it has no list "${name}"` };
  const wrong = value.findIndex((symbol) => typeof symbol !== 'string' || symbol === '');
  return wrong < 0 ? (value as string[]) : { problem: `entry ${wrong + 1} of "${name}" names no symbol` };
}

function readSubscription(entry: unknown): Subscription | null {
  if (typeof entry === 'string') return entry === '' ? null : toBare(entry);
  if (!isRecord(entry)) return null;
  const symbol = own(entry, 'symbol');
  if (typeof symbol !== 'string' || symbol === '') return null;
  return {
    symbol: fullName(symbol, own(entry, 'exchange')),
    subscriptionId: readId(own(entry, 'subscription_id')),
    createdAt: readText(own(entry, 'created_at')),
    lastTickAt: readText(own(entry, 'last_tick_at')),
    isActive: own(entry, 'active') !== false,
  };
}

function toBare(symbol: string): Subscription {
  return { symbol, subscriptionId: null, createdAt: null, lastTickAt: undefined, isActive: true };
}

function fullName(symbol: string, exchange: unknown): string {
  return typeof exchange === 'string' && exchange !== '' && !symbol.includes('.') ? `${symbol}.${exchange}` : symbol;
}

/** What is neither text nor absent stays visible as text, so that it is judged unreadable and not "never ticked". */
function readText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : `not a time: ${describe(value)}`;
}

/** Never `JSON.stringify`: a value nested deeply enough would throw. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `"${oneLine(value, LONGEST_NAME)}"`;
  return isRecord(value) ? 'an object' : String(value);
}

function readId(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

function readRejection(entry: unknown): Rejection | null {
  if (!isRecord(entry)) return null;
  const symbol = own(entry, 'symbol');
  const text = own(entry, 'reason');
  if (typeof symbol !== 'string') return null;
  const reason = typeof text === 'string' && text !== '' ? oneLine(text, LONGEST_REASON) : 'no reason given';
  return { symbol, reason, isRateLimited: RATE_LIMIT.test(reason) };
}
