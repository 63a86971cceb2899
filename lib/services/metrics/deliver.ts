// From spooled records to the gateway: fold into groups, make that durable, PUT what is pending, oldest first.

import type { Delivery } from '../../base/delivery.ts';
import { isRecord, type Json } from '../../base/json.ts';
import type { SpoolRecord } from '../spool/record.ts';
import type { SenderReport, Settle, SpoolSender } from '../spool/spool.ts';
import { foldRecords, type GroupRecord, type GroupState, releaseShared, sharedKeys } from './fold.ts';
import { emptyGroup, type GroupStore } from './groups.ts';
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

/** Runs under the spool's lock: one process at a time folds and pushes. */
export function createMetricsSender({ store, push, startedAt, nowMs }: MetricsSenderParts): SpoolSender {
  return async (records, settle, signal) => {
    const states = await store.readAll();
    const groups = new Map(states.map((state) => [groupKey(state.group), state]));
    await absorb(store, groups, records, settle);
    const report = await pushPending(store, [...groups.values()], push, signal);
    if (report.delivered === 0 || signal.aborted || !(await hasRestarted(store, startedAt, nowMs(), signal)))
      return report;
    const again = await pushPending(store, (await store.readAll()).map(asPending), push, signal);
    return {
      ...again,
      delivered: report.delivered + again.delivered,
      problems: [...report.problems, ...again.problems],
    };
  };
}

function asPending(state: GroupState): GroupState {
  return { ...state, pending: true };
}

async function hasRestarted(
  store: GroupStore,
  startedAt: GatewayStart,
  nowMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const known = await store.readGateway();
  // The clock may have been set back: then it is asked once too often.
  if (known !== null && nowMs >= known.checked_at_ms && nowMs - known.checked_at_ms < ASK_EVERY_MS) return false;
  const started = await startedAt(signal);
  if (started === null) return false;
  await store.writeGateway({ started_at: started, checked_at_ms: nowMs });
  return known !== null && known.started_at !== started;
}

async function absorb(
  store: GroupStore,
  groups: Map<string, GroupState>,
  records: readonly SpoolRecord[],
  settle: Settle,
): Promise<void> {
  const inSpool = new Set(records.map((record) => record.id));
  for (const members of byGroup(records).values()) {
    const { group } = members[0]!.body;
    const key = groupKey(group);
    const updates = members.map(({ record, body }): GroupRecord => {
      return { id: record.id, at_ms: record.at_ms, mode: body.mode, series: body.series };
    });
    const next = foldRecords(groups.get(key) ?? emptyGroup(group), updates, inSpool);
    groups.set(key, next);
    await takeShared(store, groups, next, sharedKeys(updates));
    await store.write(next);
    for (const { record } of members) await settle(record, 'absorbed');
  }
  for (const record of records) if (bodyOf(record) === null) await settle(record, 'dropped');
}

async function takeShared(
  store: GroupStore,
  groups: Map<string, GroupState>,
  taker: GroupState,
  taken: ReadonlySet<string>,
): Promise<void> {
  if (taken.size === 0) return;
  for (const [key, other] of groups) {
    if (other === taker || other.group.environment !== taker.group.environment) continue;
    const left = releaseShared(other, taken);
    if (left === other) continue;
    groups.set(key, left);
    await store.write(left);
  }
}

async function pushPending(
  store: GroupStore,
  states: readonly GroupState[],
  push: PushGroup,
  signal: AbortSignal,
): Promise<Required<SenderReport>> {
  const pending = states.filter((state) => state.pending).sort((a, b) => a.changed_at_ms - b.changed_at_ms);
  const problems: string[] = [];
  let delivered = 0;
  let dropped = 0;
  for (const state of pending) {
    if (signal.aborted) break;
    const delivery = await push(state.group, await renderMetrics(state.series), signal);
    if (!delivery.ok) problems.push(delivery.reason);
    if (!delivery.ok && delivery.retryable) break;
    if (delivery.ok) delivered += 1;
    else dropped += 1;
    await store.write({ ...state, pending: false });
  }
  return { delivered, dropped, kept: pending.length - delivered - dropped, problems };
}

interface Member {
  readonly record: SpoolRecord;
  readonly body: MetricsBody;
}

function byGroup(records: readonly SpoolRecord[]): Map<string, Member[]> {
  const groups = new Map<string, Member[]>();
  for (const record of records) {
    const body = bodyOf(record);
    if (body === null) continue;
    const key = groupKey(body.group);
    const members = groups.get(key) ?? [];
    members.push({ record, body });
    groups.set(key, members);
  }
  return groups;
}

/** Null for what no version of ours wrote. */
function bodyOf({ body }: SpoolRecord): MetricsBody | null {
  if (!isRecord(body) || !isRecord(body['group']) || !Array.isArray(body['series'])) return null;
  return typeof body['group']['job'] === 'string' ? (body as unknown as MetricsBody) : null;
}
