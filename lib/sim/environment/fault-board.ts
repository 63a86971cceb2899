// The faults that are in force in one role, checked as they come in, each ended by time or by hand.

import { isRecord } from '../../base/json.ts';
import type { SimClock } from './sim-clock.ts';
import type { Fault, FaultKind } from './wire.ts';

type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;

export interface FaultBoard {
  /** Throws for anything that is no fault. A second one of a kind replaces the first. */
  add(fault: unknown): void;
  find<Kind extends FaultKind>(kind: Kind): (FaultOf<Kind> & { readonly sinceMs: number }) | undefined;
  list(): readonly Fault[];
  clear(): void;
}

/** Numbers and texts each kind needs; what else it may carry is checked by type. */
const NEEDS = {
  drop: {},
  stall: {},
  'rate limit': { max: 'number', window_ms: 'number' },
  slow: { ms: 'number' },
  hang: {},
  die: {},
  flap: { period_ms: 'number' },
  diverge: { count: 'number' },
  source: { source: 'string' },
  backlog: { per_second: 'number' },
} as const satisfies Record<FaultKind, Readonly<Record<string, 'number' | 'string'>>>;

export function createFaultBoard(
  clock: Pick<SimClock, 'monotonicMs'>,
  onAdd: (fault: Fault) => void = () => {},
  onClear: () => void = () => {},
): FaultBoard {
  const board = new Map<FaultKind, Fault & { readonly sinceMs: number }>();
  const prune = (): void => {
    for (const [kind, fault] of board) {
      if (fault.for_ms !== undefined && clock.monotonicMs() >= fault.sinceMs + fault.for_ms) board.delete(kind);
    }
  };
  return {
    add(raw) {
      const fault = readFault(raw);
      board.set(fault.kind, { ...fault, sinceMs: clock.monotonicMs() });
      onAdd(fault);
    },
    find<Kind extends FaultKind>(kind: Kind) {
      prune();
      return board.get(kind) as (FaultOf<Kind> & { readonly sinceMs: number }) | undefined;
    },
    list() {
      prune();
      return [...board.values()].map(({ sinceMs: _, ...fault }) => fault);
    },
    clear() {
      board.clear();
      onClear();
    },
  };
}

function readFault(raw: unknown): Fault {
  if (!isRecord(raw) || typeof raw['kind'] !== 'string' || !Object.hasOwn(NEEDS, raw['kind'])) {
    throw new Error(`no such fault: wanted a kind of ${Object.keys(NEEDS).join(', ')}`);
  }
  const needs: Readonly<Record<string, string>> = NEEDS[raw['kind'] as FaultKind];
  for (const [name, type] of Object.entries(needs)) {
    const value = raw[name];
    const isGood = type === 'number' ? Number.isFinite(value) && Number(value) >= 0 : typeof value === type;
    if (!isGood) throw new Error(`the fault "${raw['kind']}" needs ${name} as a ${type}`);
  }
  const { symbols, count, for_ms: forMs } = raw;
  const areSymbols =
    symbols === undefined || (Array.isArray(symbols) && symbols.every((name) => typeof name === 'string'));
  const areNumbers = [count, forMs].every((value) => value === undefined || Number.isFinite(value));
  if (!areSymbols || !areNumbers) throw new Error('symbols must be texts, count and for_ms numbers');
  return raw as unknown as Fault;
}
