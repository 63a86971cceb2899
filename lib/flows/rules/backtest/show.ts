// What a replay found, for people and for programs.

import { formatDuration } from '../../../base/duration.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { Paint } from '../../../base/paint.ts';
import { tableLines } from '../../../base/table.ts';
import { formatInZone } from '../../../base/zoned-time.ts';
import type { ChangedEpisode, RuleChange, Span } from '../../../domain/rules/backtest/compare.ts';
import type { Episode, Labels } from '../../../domain/rules/backtest/follow-alert.ts';
import { drawStrip, type Judgement, type Replay } from '../../../domain/rules/backtest/judge.ts';

export interface BacktestFacts {
  readonly base: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: string;
  readonly judged: readonly Judged[];
  /** Null without another version. */
  readonly changes: readonly RuleChange[] | null;
}

interface Judged {
  readonly replay: Replay;
  readonly judgement: Judgement;
}

// More are counted and summed up, but not listed.
const MOST_EPISODES = 1_000;
const MOST_CHANGES_SHOWN = 20;
const STRIP_WIDTH = 60;

export function summarize({ judged, changes }: BacktestFacts): string {
  const count = (verdicts: readonly string[]): number =>
    judged.filter(({ judgement }) => verdicts.includes(judgement.verdict)).length;
  const parts = [
    `${count(['would have fired'])} would have fired`,
    `${count(['would have been silent', 'silent where there is history'])} silent`,
    `${count(['no history'])} without history`,
    `${count(['not judged'])} not judged`,
  ];
  const summary = `${judged.length} alerts: ${parts.filter((part) => !part.startsWith('0 ')).join(', ')}`;
  if (changes === null) return summary;
  const changed = changes.filter(isChange).length;
  return `${summary}; ${changed === 0 ? 'both versions do the same' : `${changed} differ between the versions`}`;
}

function isChange({ presence, episodes }: RuleChange): boolean {
  return presence !== 'both' || episodes.length > 0;
}

export function reportOf(facts: BacktestFacts): JsonObject {
  const at = (ms: number): string => formatInZone(ms, facts.zone);
  return {
    schema: 'mdops.rules-backtest/1',
    prometheus: facts.base,
    from: at(facts.fromMs),
    to: at(facts.toMs),
    alerts: facts.judged.map((one) => alertOf(one, at)),
    changes:
      facts.changes?.filter(isChange).map(({ alert, presence, episodes }) => ({
        alert,
        presence,
        episodes: episodes.map(({ kind, labels, before, after }) => ({
          kind,
          labels: { ...labels },
          before: before.map((span) => spanOf(span, at)),
          after: after.map((span) => spanOf(span, at)),
        })),
      })) ?? null,
  };
}

function spanOf({ fromMs, toMs }: Span, at: (ms: number) => string): JsonObject {
  return { from: at(fromMs), to: at(toMs) };
}

function alertOf({ replay, judgement }: Judged, at: (ms: number) => string): JsonObject {
  const { rule, grid, episodes } = replay;
  return {
    alert: rule.name,
    severity: rule.labels['severity'] ?? null,
    file: rule.file,
    line: rule.line,
    verdict: judgement.verdict,
    step_ms: grid.stepMs,
    evaluations: grid.count,
    observed_ratio: Number(judgement.observedRatio.toFixed(6)),
    episode_count: episodes.length,
    firing_ms: judgement.firingMs,
    longest_ms: judgement.longestMs,
    first: episodes.length === 0 ? null : at(episodes[0]!.firesAtMs),
    last: episodes.length === 0 ? null : at(episodes.at(-1)!.firesAtMs),
    flaps: judgement.flaps,
    pages: judgement.pages,
    pages_per_week: judgement.pagesPerWeek === null ? null : Number(judgement.pagesPerWeek.toFixed(2)),
    episodes: episodes.slice(0, MOST_EPISODES).map((episode) => ({
      labels: { ...episode.labels },
      active_at: at(episode.activeAtMs),
      fires_at: at(episode.firesAtMs),
      ends_at: at(episode.endsAtMs),
      ended_by: episode.endedBy,
      began_before: episode.firesAtMs < grid.fromMs,
    })),
    gaps: judgement.gaps.slice(0, MOST_EPISODES).map((gap) => spanOf(gap, at)),
    never_recorded: [...replay.neverRecorded],
    recordings: {
      inlined: [...replay.inlined],
      from_history: replay.read.map(({ name, why }) => ({ name, why })),
    },
    expr: replay.expr,
    failures: [...replay.failures],
    series_not_followed: replay.cutSeries,
  };
}

export function viewOf(facts: BacktestFacts, paint: Paint, columns: number): string[] {
  const { base, fromMs, toMs, zone, judged, changes } = facts;
  const names = Math.max(...judged.map(({ replay }) => replay.rule.name.length));
  const width = Math.max(10, Math.min(columns - names - 2, STRIP_WIDTH * 2));
  return [
    paint.faint(`history of ${base}, ${formatInZone(fromMs, zone)} to ${formatInZone(toMs, zone)}`),
    ...tableLines(
      ['ALERT', 'EPISODES', 'FIRING', 'LONGEST', 'FLAPS', 'PAGES A WEEK', 'FIRST', 'LAST', 'VERDICT'].map(
        (title, index) => ({
          title,
          align: index >= 1 && index <= 5 ? ('right' as const) : ('left' as const),
        }),
      ),
      judged.map((one) => row(one, zone, paint)),
    ),
    '',
    paint.faint('█ firing  ▂ pending  · silent  ? no history  ! not evaluated'),
    ...judged.map(({ replay }) => `${replay.rule.name.padEnd(names)}  ${paintStrip(drawStrip(replay, width), paint)}`),
    ...spaced(judged.flatMap(notesOf).map((note) => paint.warn(note))),
    ...(changes === null ? [] : spaced(changes.filter(isChange).flatMap((change) => changeLines(change, zone, paint)))),
    '',
    summarize(facts),
  ];
}

function spaced(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

function row({ replay: { rule, episodes }, judgement }: Judged, zone: string, paint: Paint): string[] {
  const { verdict, firingMs, longestMs, flaps, pagesPerWeek } = judgement;
  const fires = episodes.length > 0;
  return [
    rule.name,
    String(episodes.length),
    fires ? formatDuration(firingMs) : '-',
    fires ? formatDuration(longestMs) : '-',
    String(flaps),
    pagesPerWeek === null ? '-' : pagesPerWeek.toFixed(1).replace(/\.0$/, ''),
    minuteOf(episodes[0], zone),
    minuteOf(episodes.at(-1), zone),
    VERDICT_PAINT[verdict](paint)(verdict),
  ];
}

function minuteOf(episode: Episode | undefined, zone: string): string {
  return episode === undefined ? '-' : formatInZone(episode.firesAtMs, zone).slice(0, 16).replace('T', ' ');
}

const VERDICT_PAINT = {
  'would have fired': (paint) => paint.bad,
  'would have been silent': (paint) => paint.good,
  'silent where there is history': (paint) => paint.warn,
  'no history': (paint) => paint.warn,
  'not judged': (paint) => paint.bad,
} satisfies Record<Judgement['verdict'], (paint: Paint) => Paint['good']>;

function paintStrip(strip: string, paint: Paint): string {
  return strip.replace(/\u2588+|\?+|!+/g, (run) => (run.startsWith('?') ? paint.warn(run) : paint.bad(run)));
}

function notesOf({ replay, judgement }: Judged): string[] {
  const { rule, failures, cutSeries, neverRecorded, inlined, read } = replay;
  const gapMs = judgement.gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const notes = [
    ...failures.map((reason) => `could not be evaluated: ${reason}`),
    cutSeries > 0 ? `${cutSeries} series are not followed: see --max-series` : '',
    neverRecorded.length > 0 ? `never recorded: ${neverRecorded.join(', ')}` : '',
    gapMs > 0 && neverRecorded.length === 0
      ? `${formatDuration(gapMs)} without history in ${judgement.gaps.length} gaps`
      : '',
    inlined.length > 0 ? `evaluated in place: ${inlined.join(', ')}` : '',
    ...read.map(({ name, why }) => `${name} is read from the history: ${why}`),
  ];
  return notes.filter((note) => note !== '').map((note) => `${rule.name}: ${note}`);
}

function changeLines({ alert, presence, episodes }: RuleChange, zone: string, paint: Paint): string[] {
  const lines = episodes.slice(0, MOST_CHANGES_SHOWN).map((change) => `  ${changeLine(change, zone, paint)}`);
  const more = episodes.length - lines.length;
  return [
    `${paint.strong(alert)}${presence === 'both' ? '' : `  ${presence}`}`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more: see --json`] : []),
  ];
}

function changeLine({ kind, labels, before, after }: ChangedEpisode, zone: string, paint: Paint): string {
  const show = (spans: readonly Span[]): string =>
    spans
      .map(({ fromMs, toMs }) => {
        const since = formatInZone(fromMs, zone).slice(0, 19).replace('T', ' ');
        return `${since} for ${formatDuration(toMs - fromMs)}`;
      })
      .join(', ');
  const word = kind === 'new' || kind === 'longer' ? paint.bad(kind) : paint.good(kind);
  const spans = [before, after].filter((one) => one.length > 0).map(show);
  return `${word}  ${spans.join(' → ')}  ${printLabels(labels)}`.trimEnd();
}

function printLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
