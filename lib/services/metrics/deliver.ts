// From spooled records to the gateway: fold into groups, make that durable, PUT what is pending, oldest first.

import type { Delivery } from '../../base/delivery.ts';
import { isRecord, type Json } from '../../base/json.ts';
import type { SpoolRecord } from '../spool/record.ts';
import type { SenderReport, Settle, SpoolSender } from '../spool/spool.ts';
import { foldRecords, type GroupRecord, type GroupState, releaseShared, sharedKeys } from './fold.ts';
import { emptyGroup, type GatewayState, type GroupStore } from './groups.ts';
import { renderMetrics } from './render.ts';
import { groupKey, type MetricGroup, type MetricSeries } from './series.ts';

/** Replaces a whole group; never throws. */
export type PushGroup = (group: MetricGroup, exposition: string, signal: AbortSignal) => Promise<Delivery>;

/** The body of a spooled `metrics` record. */
export interface MetricsBody {
  readonly group: MetricGroup;
  readonly mode: 'run' | 'note';
  readonly series: readonly MetricSeries[];
}

export function metricsBody(body: MetricsBody): Json {
  return body as unknown as Json;
}

/** When the gateway began to run, or null when it does not say; never throws. */
export type GatewayStart = (signal: AbortSignal) => Promise<string | null>;

export interface MetricsSenderParts {
  readonly store: GroupStore;
  readonly push: PushGroup;
  readonly startedAt: GatewayStart;
  readonly nowMs: () => number;
}

/** A restarted gateway has forgotten every group; asking it costs a request, so not with every run. */
const ASK_EVERY_MS = 60_000;

/**
 * Runs under the spool's lock: one process at a time folds and pushes. What changed is written once, after the push and
 * before the records go: whoever is killed before that leaves the records, and the next one folds and pushes the same.
 */
export function createMetricsSender({ store, push, startedAt, nowMs }: MetricsSenderParts): SpoolSender {
  return async (records, settle, signal) => {
    const groups = new Groups(await store.readAll());
    const members = membersOf(records);
    absorb(groups, members);
    let report = await pushPending(groups, push, signal);
    const gateway = report.delivered > 0 && !signal.aborted ? await lookAt(store, startedAt, nowMs(), signal) : null;
    if (gateway?.mayHaveForgotten === true) {
      const first = report;
      for (const state of groups.all()) groups.change({ ...state, pending: true });
      const again = await pushPending(groups, push, signal);
      report = { ...again, delivered: Math.max(first.delivered, again.delivered) };
    }
    for (const state of groups.changed()) await store.write(state);
    // After the groups that still wait are on disk: whoever is killed before lets the next one find out again.
    if (gateway !== null) await store.writeGateway(gateway.state);
    await settleAll(records, members, settle);
    return report;
  };
}

/** The push groups while they are worked on, and which of them have to be written. */
class Groups {
  readonly #states: Map<string, GroupState>;
  readonly #changed = new Set<string>();

  constructor(states: readonly GroupState[]) {
    this.#states = new Map(states.map((state) => [groupKey(state.group), state]));
  }

  find(group: MetricGroup): GroupState {
    return this.#states.get(groupKey(group)) ?? emptyGroup(group);
  }

  change(state: GroupState): void {
    const key = groupKey(state.group);
    this.#states.set(key, state);
    this.#changed.add(key);
  }

  all(): GroupState[] {
    return [...this.#states.values()];
  }

  changed(): GroupState[] {
    return this.all().filter(({ group }) => this.#changed.has(groupKey(group)));
  }
}

function absorb(groups: Groups, members: readonly Member[]): void {
  const inSpool = new Set(members.map(({ record }) => record.id));
  for (const [first, ...rest] of byGroup(members)) {
    const updates = [first, ...rest].map(({ record, body }): GroupRecord => {
      return { id: record.id, at_ms: record.at_ms, mode: body.mode, series: body.series };
    });
    const next = foldRecords(groups.find(first.body.group), updates, inSpool);
    groups.change(next);
    takeShared(groups, next, sharedKeys(updates));
  }
}

function takeShared(groups: Groups, taker: GroupState, taken: ReadonlySet<string>): void {
  if (taken.size === 0) return;
  for (const other of groups.all()) {
    if (other === taker || other.group.environment !== taker.group.environment) continue;
    const left = releaseShared(other, taken);
    if (left !== other) groups.change(left);
  }
}

async function pushPending(groups: Groups, push: PushGroup, signal: AbortSignal): Promise<Required<SenderReport>> {
  const pending = groups.all().filter((state) => state.pending);
  const problems: string[] = [];
  let delivered = 0;
  let dropped = 0;
  for (const state of pending.sort((a, b) => a.changed_at_ms - b.changed_at_ms)) {
    if (signal.aborted) break;
    const delivery = await push(state.group, await renderMetrics(state.series), signal);
    if (!delivery.ok) problems.push(delivery.reason);
    if (!delivery.ok && delivery.retryable) break;
    if (delivery.ok) delivered += 1;
    else dropped += 1;
    groups.change({ ...state, pending: false });
  }
  return { delivered, dropped, kept: pending.length - delivered - dropped, problems };
}

async function settleAll(records: readonly SpoolRecord[], members: readonly Member[], settle: Settle): Promise<void> {
  const readable = new Set(members.map(({ record }) => record));
  for (const record of records) await settle(record, readable.has(record) ? 'absorbed' : 'dropped');
}

interface GatewayLook {
  readonly state: GatewayState;
  readonly mayHaveForgotten: boolean;
}

/** Null when it was not asked, or did not say. */
async function lookAt(
  store: GroupStore,
  startedAt: GatewayStart,
  nowMs: number,
  signal: AbortSignal,
): Promise<GatewayLook | null> {
  const known = await store.readGateway();
  // The clock may have been set back: then it is asked once too often.
  if (known !== null && nowMs >= known.checked_at_ms && nowMs - known.checked_at_ms < ASK_EVERY_MS) return null;
  const started = await startedAt(signal);
  if (started === null) return null;
  // Never asked before is no proof that it did not begin anew: what it has it is told again.
  const mayHaveForgotten = known?.started_at !== started;
  return { state: { started_at: started, checked_at_ms: nowMs }, mayHaveForgotten };
}

interface Member {
  readonly record: SpoolRecord;
  readonly body: MetricsBody;
}

function membersOf(records: readonly SpoolRecord[]): Member[] {
  return records.flatMap((record) => {
    const body = bodyOf(record);
    return body === null ? [] : [{ record, body }];
  });
}

function byGroup(members: readonly Member[]): [Member, ...Member[]][] {
  const groups = new Map<string, [Member, ...Member[]]>();
  for (const member of members) {
    const key = groupKey(member.body.group);
    const found = groups.get(key);
    if (found === undefined) groups.set(key, [member]);
    else found.push(member);
  }
  return [...groups.values()];
}

/** Null for what no version of ours wrote. */
function bodyOf({ body }: SpoolRecord): MetricsBody | null {
  if (!isRecord(body) || !isRecord(body['group']) || !Array.isArray(body['series'])) return null;
  return typeof body['group']['job'] === 'string' ? (body as unknown as MetricsBody) : null;
}
