// Grafana's names of units and what they measure.

import type { Unit } from './units.ts';

const MEANINGS: Readonly<Record<string, Unit>> = {
  s: 's',
  dtdurations: 's',
  dthms: 's',
  ms: 'ms',
  dtdurationms: 'ms',
  dthmsms: 'ms',
  µs: 'us',
  ns: 'ns',
  bytes: 'bytes',
  decbytes: 'bytes',
  Bps: 'bytes/s',
  binBps: 'bytes/s',
  percentunit: 'ratio',
  percent: 'percent',
  ops: 'rate',
  reqps: 'rate',
  rps: 'rate',
  wps: 'rate',
  iops: 'rate',
  cps: 'rate',
  eps: 'rate',
  mps: 'rate',
  recps: 'rate',
  rowsps: 'rate',
};

/** Says nothing about what is measured. */
const PLAIN = new Set(['short', 'none', 'locale', 'sishort', '']);

export function meaningOf(unit: string): Unit | 'plain' | null {
  if (PLAIN.has(unit)) return 'plain';
  if (unit.startsWith('currency')) return 'money';
  return Object.hasOwn(MEANINGS, unit) ? (MEANINGS[unit] ?? null) : null;
}

/** What a person would have chosen. */
export const USUAL: Readonly<Record<Unit, string>> = {
  s: 's',
  ms: 'ms',
  us: 'µs',
  ns: 'ns',
  bytes: 'bytes',
  'bytes/s': 'Bps',
  ratio: 'percentunit',
  percent: 'percent',
  count: 'short',
  rate: 'ops',
  timestamp: 'dateTimeFromNow',
  money: 'currencyUSD',
};

/** A plain number shows these as well as any unit. */
const FINE_AS_PLAIN: readonly Unit[] = ['count', 'rate', 'ratio', 'money', 'timestamp'];

export function contradicts(shown: string, measured: Unit): boolean {
  const meaning = meaningOf(shown);
  if (meaning === null || meaning === measured) return false;
  if (meaning === 'plain') return !FINE_AS_PLAIN.includes(measured);
  return measured !== 'timestamp';
}
