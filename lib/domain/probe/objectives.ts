// What a probe promises, as people type it: `p95<=1200ms,errors<1%`.

import { nearest } from '../../base/nearest.ts';

export type Comparison = '<' | '<=' | '>' | '>=';

export interface Objective {
  /** `p95`, `max`, `errors`, `rate`: at most one objective of each. */
  readonly name: string;
  /** Hundredths of a percent, so that ranks are whole numbers: 9990 is p99.9; 10000 is the maximum. Null for the others. */
  readonly percentile: number | null;
  readonly comparison: Comparison;
  /** Milliseconds, a ratio from 0 to 1, or good answers per second. */
  readonly bound: number;
  /** As it is shown: without spaces. */
  readonly text: string;
}

export type ParsedObjectives =
  | { readonly ok: true; readonly objectives: readonly Objective[] }
  | { readonly ok: false; readonly problem: string };

const EXAMPLE = 'p95<=1200ms,errors<1%';
const WHOLE = 10_000;
const PART = /^([a-z0-9.]*)(<=|>=|<|>|==|=)(.*)$/;
const PERCENTILE = /^p(\d{2})(?:\.(\d{1,2}))?$/;
const LATENCY = /^(\d+(?:\.\d+)?)(us|ms|s|m)$/;
const RATIO = /^(\d+(?:\.\d+)?)%$/;
const RATE = /^(\d+(?:\.\d+)?)\/s$/;
const UNIT_MS = { us: 0.001, ms: 1, s: 1_000, m: 60_000 } as const;
const NAMES = ['p50', 'p90', 'p95', 'p99', 'p99.9', 'max', 'errors', 'rate'];

export function parseObjectives(text: string): ParsedObjectives {
  const objectives: Objective[] = [];
  for (const typed of text.split(',')) {
    const parsed = parseOne(typed.replaceAll(/\s+/g, '').toLowerCase());
    if (typeof parsed === 'string') return { ok: false, problem: parsed };
    if (objectives.some(({ name }) => name === parsed.name)) {
      return { ok: false, problem: `"${parsed.name}" is in it twice` };
    }
    objectives.push(parsed);
  }
  return { ok: true, objectives };
}

/** The objective, or what is wrong with it. */
function parseOne(text: string): Objective | string {
  if (text === '') return `an objective is empty, wanted a list like ${EXAMPLE}`;
  const match = PART.exec(text);
  if (match === null) return `"${text}" compares nothing, wanted something like ${EXAMPLE}`;
  const [, name = '', comparison = '', value = ''] = match;
  if (comparison === '=' || comparison === '==') return `"${text}" wants one of < <= > >=, found ${comparison}`;
  const given = { name, text, comparison: comparison as Comparison };
  if (name === 'errors') return parseErrors(given, value);
  if (name === 'rate') return parseRate(given, value);
  const percentile = name === 'max' ? WHOLE : parsePercentile(name);
  return percentile === null ? unknownName(name) : parseLatency({ ...given, percentile }, value);
}

type Given = Pick<Objective, 'name' | 'text' | 'comparison'>;

function parsePercentile(name: string): number | null {
  const match = PERCENTILE.exec(name);
  if (match === null) return null;
  const hundredths = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  return hundredths >= WHOLE / 2 ? hundredths : null;
}

function parseLatency(given: Given & { readonly percentile: number }, value: string): Objective | string {
  if (given.comparison.startsWith('>')) return `"${given.text}" wants < or <=: a slow answer is no aim`;
  const match = LATENCY.exec(value);
  if (match === null) {
    const unit = /^\d+(\.\d+)?$/.test(value) ? `${value}ms` : '1200ms';
    return `"${given.text}" wants a time with its unit (us, ms, s, m), like ${given.name}<=${unit}`;
  }
  const bound = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return bound > 0 ? { ...given, bound } : `"${given.text}" can never be met: no answer takes no time`;
}

function parseErrors(given: Given, value: string): Objective | string {
  if (given.comparison.startsWith('>')) return `"${given.text}" wants < or <=: errors are no aim`;
  const match = RATIO.exec(value);
  if (match === null) return `"${given.text}" wants a share in percent, like errors<1%`;
  const bound = Number(match[1]) / 100;
  if (bound > 1) return `"${given.text}" wants at most 100%`;
  if (bound === 0 && given.comparison === '<') return `"${given.text}" can never be met, wanted errors<=0%`;
  return { ...given, percentile: null, bound };
}

function parseRate(given: Given, value: string): Objective | string {
  if (given.comparison.startsWith('<')) return `"${given.text}" wants > or >=: few good answers are no aim`;
  const match = RATE.exec(value);
  if (match === null) return `"${given.text}" wants good answers per second, like rate>=4.9/s`;
  return { ...given, percentile: null, bound: Number(match[1]) };
}

function unknownName(name: string): string {
  const near = nearest(name, NAMES);
  const found = name === '' ? 'nothing is named before the comparison' : `"${name}" is no measure`;
  const suggestion = name === '' || near === undefined ? '' : `, did you mean "${near}"`;
  return `${found}${suggestion}? Known are p50 to p99.99, max, errors and rate`;
}
