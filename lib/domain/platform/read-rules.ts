// Reads the alerts and recording rules of a catalogue, with the cases that prove them.

import { isRecord, own } from '../../base/json.ts';
import { parsePromDuration } from '../rules/prom-duration.ts';
import { readSeries } from '../rules/stimulus.ts';
import {
  type Entry,
  entriesAt,
  entryAt,
  innerAt,
  labelsAt,
  type Notes,
  note,
  optionalDuration,
  optionalMs,
  optionalNumber,
  optionalText,
  textsAt,
  wantText,
} from './entry.ts';
import type { Alert, AlertCase, ExpectedAlert, Recording, RecordingCase, RunbookWords } from './platform.ts';
import { readSeriesValue, type SeriesData } from './series-value.ts';

export interface RuleDefaults {
  readonly platform: string;
  readonly defaults: Entry;
  readonly receivers: ReadonlyMap<string, readonly string[]>;
}

const SHARED_KEYS = ['group', 'expr', 'labels', 'corrected', 'note', 'equivalent', 'cases', 'section'];
const RECORDING_KEYS = [...SHARED_KEYS, 'record', 'help', 'unit'];
const ALERT_KEYS = [
  ...SHARED_KEYS,
  'alert',
  'for',
  'at_once',
  'keep_firing_for',
  'severity',
  'receivers',
  'summary',
  'description',
  'runbook',
  'command',
  'annotations',
  'stimulus',
  'meaning',
  'impact',
  'diagnosis',
  'mitigation',
];

export function readRecording(value: unknown, path: string, notes: Notes, context: RuleDefaults): Recording {
  const entry = entryAt(value, path, notes, RECORDING_KEYS);
  return {
    record: wantText(entry, 'record'),
    help: optionalText(entry, 'help') ?? '',
    unit: optionalText(entry, 'unit') ?? '',
    ...readShared(entry, context),
    labels: labelsAt(entry, 'labels'),
    cases: entriesAt(entry, 'cases', [
      'name',
      'series',
      'interval',
      'at',
      'query',
      'value',
      'values',
      'labels',
      'expect',
    ]).map(readRecordingCase),
  };
}

export function readAlert(value: unknown, path: string, notes: Notes, context: RuleDefaults): Alert {
  const entry = entryAt(value, path, notes, ALERT_KEYS);
  const alert = wantText(entry, 'alert');
  const severity = wantText(entry, 'severity');
  const atOnce = optionalText(entry, 'at_once') ?? '';
  const wait = optionalDuration(entry, 'for');
  if (wait === null && atOnce === '') note(entry, '', `(${alert}) has neither "for" nor "at_once" with the reason`);
  if (wait !== null && atOnce !== '') note(entry, '', `(${alert}) has both "for" and "at_once"`);
  const receivers =
    own(entry.value, 'receivers') === undefined ? (context.receivers.get(severity) ?? []) : textsAt(entry, 'receivers');
  if (receivers.length === 0) note(entry, 'receivers', `(${alert}) has none, and none is the default of "${severity}"`);
  const command = optionalText(entry, 'command') ?? optionalText(context.defaults, 'command');
  if (command === null) note(entry, 'command', `(${alert}) is missing, and there is no default`);
  return {
    alert,
    severity,
    for: wait ?? '0m',
    atOnce,
    keepFiringFor: optionalDuration(entry, 'keep_firing_for'),
    receivers,
    summary: wantText(entry, 'summary'),
    description: wantText(entry, 'description'),
    runbook: optionalText(entry, 'runbook') ?? `${pageOf(context)}#${alert.toLowerCase()}`,
    command: command ?? '',
    annotations: labelsAt(entry, 'annotations'),
    ...readShared(entry, context),
    labels: { ...labelsAt(context.defaults, 'labels'), ...labelsAt(entry, 'labels') },
    cases: entriesAt(entry, 'cases', CASE_KEYS).map(readAlertCase),
    words: readWords(entry),
  };
}

function pageOf({ platform, defaults }: RuleDefaults): string {
  return optionalText(defaults, 'runbook') ?? `runbooks/platforms/${platform}.md`;
}

function readShared(
  entry: Entry,
  { defaults }: RuleDefaults,
): Pick<Alert, 'group' | 'expr' | 'corrected' | 'note' | 'equivalents' | 'path'> {
  return {
    group: optionalText(entry, 'group') ?? optionalText(defaults, 'group') ?? wantText(entry, 'group'),
    expr: wantText(entry, 'expr'),
    corrected: optionalText(entry, 'corrected') ?? '',
    note: optionalText(entry, 'note') ?? '',
    equivalents: entriesAt(entry, 'equivalent', ['what', 'proof']).map((one) => ({
      what: wantText(one, 'what'),
      proof: wantText(one, 'proof'),
    })),
    path: entry.path,
  };
}

function readWords(entry: Entry): RunbookWords | null {
  const keys = ['meaning', 'impact', 'diagnosis', 'mitigation'];
  if (keys.every((key) => own(entry.value, key) === undefined)) return null;
  return {
    meaning: wantText(entry, 'meaning'),
    impact: wantText(entry, 'impact'),
    diagnosis: textsAt(entry, 'diagnosis'),
    mitigation: textsAt(entry, 'mitigation'),
  };
}

const EXPECTED_KEYS = ['value', 'labels', 'severity'];
const CASE_KEYS = [
  ...['fires', 'silent', 'series', 'interval', 'since', 'until', 'at', 'value', 'until_value', 'labels'],
  ...['alerts', 'until_alerts'],
];

function readAlertCase(entry: Entry): AlertCase {
  const fires = optionalText(entry, 'fires');
  const silent = optionalText(entry, 'silent');
  if ((fires === null) === (silent === null)) note(entry, '', 'needs one of "fires" and "silent", a sentence each');
  const single = (valueKey: string): ExpectedAlert => ({
    labels: readLabels(entry),
    value: optionalNumber(entry, valueKey),
    severity: null,
  });
  const expected = readExpected(entry, 'alerts') ?? [single('value')];
  const last = own(entry.value, 'until_value') === undefined ? expected : [single('until_value')];
  return {
    ...readCase(entry, fires ?? silent ?? ''),
    fires: fires !== null,
    sinceMs: optionalMs(entry, 'since') ?? 0,
    untilMs: optionalMs(entry, 'until'),
    at: readMoments(entry),
    expected,
    expectedLast: readExpected(entry, 'until_alerts') ?? last,
  };
}

function readExpected(entry: Entry, key: string): ExpectedAlert[] | null {
  if (own(entry.value, key) === undefined) return null;
  return entriesAt(entry, key, EXPECTED_KEYS).map((one) => ({
    labels: readLabels(one),
    value: optionalNumber(one, 'value'),
    severity: optionalText(one, 'severity'),
  }));
}

function readMoments(entry: Entry): number[] {
  const given = own(entry.value, 'at');
  const texts = typeof given === 'string' ? [given] : textsAt(entry, 'at');
  return texts.flatMap((text) => {
    const ms = parsePromDuration(text);
    if (ms === null) note(entry, 'at', `"${text}" is no duration`);
    return ms ?? [];
  });
}

function readRecordingCase(entry: Entry): RecordingCase {
  return {
    ...readCase(entry, wantText(entry, 'name')),
    query: optionalText(entry, 'query'),
    moments: own(entry.value, 'values') === undefined ? [readMoment(entry)] : readValues(entry),
  };
}

function readMoment(entry: Entry): RecordingCase['moments'][number] {
  const value = optionalNumber(entry, 'value');
  const atMs = optionalMs(entry, 'at');
  if (atMs === null) note(entry, 'at', 'is missing');
  if (value !== null) return { atMs: atMs ?? 0, expected: [{ labels: readLabels(entry), value }] };
  if (own(entry.value, 'expect') === undefined) note(entry, '', 'has none of "value", "values" and "expect"');
  const expected = entriesAt(entry, 'expect', ['labels', 'value']).map((one) => ({
    labels: readLabels(one),
    value: optionalNumber(one, 'value') ?? Number.NaN,
  }));
  return { atMs: atMs ?? 0, expected };
}

/** Moment → value of the one series, or `absent`. */
function readValues(entry: Entry): RecordingCase['moments'] {
  const labels = readLabels(entry);
  return Object.entries(labelsAt(entry, 'values')).map(([moment, value]) => {
    const atMs = parsePromDuration(moment);
    if (value === 'absent') return { atMs: atMs ?? 0, expected: [] };
    if (atMs === null || Number.isNaN(Number(value))) note(entry, 'values', `does not read "${moment}: ${value}"`);
    return { atMs: atMs ?? 0, expected: [{ labels, value: Number(value) }] };
  });
}

function readLabels(entry: Entry): Readonly<Record<string, string>> | null {
  return own(entry.value, 'labels') === undefined ? null : labelsAt(entry, 'labels');
}

function readCase(
  entry: Entry,
  name: string,
): { name: string; series: SeriesData; intervalMs: number | null; path: string } {
  const given = own(entry.value, 'series') ?? {};
  if (!isRecord(given)) note(entry, 'series', 'is no mapping from series');
  const inner = innerAt(entry, 'series', isRecord(given) ? Object.keys(given) : []);
  const series = Object.entries(inner.value).flatMap(([text, raw]) => {
    if (readSeries(text) === null) {
      note(entry, 'series', `"${text}" is no series`);
      return [];
    }
    if (raw === 'absent') return [];
    const value = readSeriesValue(raw);
    if (typeof value === 'string') {
      note(entry, 'series', `"${text}" ${value}`);
      return [];
    }
    return [{ series: text, value }];
  });
  return { name, series, intervalMs: optionalMs(entry, 'interval'), path: entry.path };
}
