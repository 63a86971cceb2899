// The part of Prometheus's templates that annotations use: labels, the value, and functions that make it readable.

import { printGoFixed, printGoNumber, printGoSignificant } from './go-number.ts';

export interface TemplateData {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
}

export type RenderedText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

const ACTION = /\{\{-?\s*(.*?)\s*-?\}\}/g;

export function renderAnnotation(template: string, data: TemplateData): RenderedText {
  const problems: string[] = [];
  const text = template.replace(ACTION, (_all, action: string) => {
    const rendered = renderAction(action, data);
    if (!rendered.ok) problems.push(rendered.problem);
    return rendered.ok ? rendered.text : '';
  });
  return problems.length > 0 ? { ok: false, problem: problems.join('; ') } : { ok: true, text };
}

function renderAction(action: string, data: TemplateData): RenderedText {
  const [head = '', ...pipes] = action.split(/\s*\|\s*/);
  const words = head.split(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  const operand = readOperand(words.at(-1) ?? '', data);
  if (typeof operand === 'object') return { ok: false, problem: operand.problem };
  const calls = words.length > 1 ? [words.slice(0, -1).join(' '), ...pipes] : pipes;
  let current: string | number = operand;
  for (const call of calls) {
    const applied = applyFunction(call, current);
    if (applied === null) return { ok: false, problem: `{{ ${action} }}: "${call}" is no function known here` };
    current = applied;
  }
  return { ok: true, text: typeof current === 'number' ? printGoNumber(current) : current };
}

function readOperand(word: string, { labels, value }: TemplateData): string | number | { readonly problem: string } {
  if (word === '$value') return value ?? { problem: 'shows {{ $value }}, and the case gives no value' };
  const label = /^\$labels\.(\w+)$/.exec(word)?.[1];
  if (label === undefined) return { problem: `{{ ${word} }} is neither $value nor a label` };
  return labels[label] ?? { problem: `shows {{ $labels.${label} }}, which the alert does not carry` };
}

function applyFunction(call: string, given: string | number): string | null {
  const format = /^printf\s+"(.*)"$/.exec(call)?.[1];
  if (format !== undefined) return printf(format, given);
  const value = Number(given);
  switch (call) {
    case 'humanize':
      return humanize(value);
    case 'humanize1024':
      return humanize1024(value);
    case 'humanizePercentage':
      return `${printGoSignificant(value * 100, 4)}%`;
    case 'humanizeDuration':
      return humanizeDuration(value);
    case 'toUpper':
      return String(given).toUpperCase();
    case 'toLower':
      return String(given).toLowerCase();
    case 'title':
      return String(given).replace(/(^|\s)\S/g, (letter) => letter.toUpperCase());
    default:
      return null;
  }
}

function printf(format: string, given: string | number): string | null {
  const known = /^([^%]*(?:%%[^%]*)*)%(?:\.(\d+))?([fgsvd])([^%]*(?:%%[^%]*)*)$/.exec(format);
  if (known === null) return null;
  const [, before = '', digits, verb, after = ''] = known;
  const inner =
    verb === 'f'
      ? printGoFixed(Number(given), digits === undefined ? 6 : Number(digits))
      : verb === 'g' && digits !== undefined
        ? printGoSignificant(Number(given), Number(digits))
        : typeof given === 'number'
          ? printGoNumber(given)
          : given;
  return `${before}${inner}${after}`.replaceAll('%%', '%');
}

const LARGE = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SMALL = ['', 'm', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];

function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return printGoSignificant(value, 4);
  const [prefixes, factor] = Math.abs(value) >= 1 ? [LARGE, 1_000] : [SMALL, 0.001];
  let rest = value;
  let at = 0;
  const isTooFar = (): boolean => (factor === 1_000 ? Math.abs(rest) >= 1_000 : Math.abs(rest) < 1);
  while (isTooFar() && at < prefixes.length - 1) {
    rest /= factor;
    at += 1;
  }
  return `${printGoSignificant(rest, 4)}${prefixes[at]}`;
}

function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return printGoSignificant(value, 4);
  let rest = value;
  let prefix = '';
  for (const next of ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']) {
    if (Math.abs(rest) < 1_024) break;
    prefix = next;
    rest /= 1_024;
  }
  return `${printGoSignificant(rest, 4)}${prefix}`;
}

function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return printGoSignificant(value, 4);
  if (value === 0) return '0s';
  if (Math.abs(value) >= 1) return longDuration(value);
  let rest = value;
  let prefix = '';
  for (const next of SMALL.slice(1)) {
    if (Math.abs(rest) >= 1) break;
    prefix = next;
    rest *= 1_000;
  }
  return `${printGoSignificant(rest, 4)}${prefix}s`;
}

function longDuration(value: number): string {
  const sign = value < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(value));
  const [days, hours, minutes, seconds] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes > 0) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${printGoSignificant(Math.abs(value), 4)}s`;
}
