// The governor's documents as data. What cannot be read is a fault: forgetting a budget would grant a new one.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { isRecord, type Json } from '../../base/json.ts';
import {
  type Acknowledgement,
  type Action,
  type GlobalSwitch,
  type Latch,
  type Moment,
  NO_STATE,
  type Pause,
  type TargetState,
} from '../../domain/governor/governor.ts';

export function toJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

export function readTargetState(data: Json | null): TargetState {
  if (data === null) return NO_STATE;
  const { actions, latch, lastLatchId } = record(data);
  if (!Array.isArray(actions)) throw unreadable();
  return {
    actions: actions.map(readAction),
    latch: latch === null ? null : readLatch(latch as Json),
    lastLatchId: number(lastLatchId),
  };
}

export function readPause(data: Json | null): Pause | null {
  if (data === null) return null;
  const { at, forMs, reason, by } = record(data);
  return { at: readMoment(at), forMs: number(forMs), reason: text(reason), by: text(by) };
}

export function readAcknowledgement(data: Json | null): Acknowledgement | null {
  if (data === null) return null;
  const { latchId, at, by } = record(data);
  return { latchId: number(latchId), at: readMoment(at), by: text(by) };
}

export function readGlobal(data: Json | null): GlobalSwitch | null {
  if (data === null) return null;
  const { isOff, at, reason, by } = record(data);
  if (typeof isOff !== 'boolean') throw unreadable();
  return { isOff, at: readMoment(at), reason: text(reason), by: text(by) };
}

function readAction(data: unknown): Action {
  const { kind, at } = record(data);
  return { kind: text(kind), at: readMoment(at) };
}

function readLatch(data: unknown): Latch {
  const { id, reason, at } = record(data);
  return { id: number(id), reason: text(reason), at: readMoment(at) };
}

function readMoment(data: unknown): Moment {
  const { bootId, monotonicMs, wallMs } = record(data);
  return { bootId: text(bootId), monotonicMs: number(monotonicMs), wallMs: number(wallMs) };
}

function record(data: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(data)) throw unreadable();
  return data;
}

function number(data: unknown): number {
  if (typeof data !== 'number') throw unreadable();
  return data;
}

function text(data: unknown): string {
  if (typeof data !== 'string') throw unreadable();
  return data;
}

function unreadable(): Fault {
  return new Fault('governor state unreadable', 'Cannot read what automation has done so far: its record is not one', {
    exit: EXIT.stateNotWritten,
    hint: 'restore the state directory (mdops backup restore); nothing is done automatically until then',
  });
}
