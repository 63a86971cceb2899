// Two versions of a rule over the same history: which episodes are new, gone, longer or shorter.

import type { Episode } from './follow-alert.ts';
import { mergedSpans, type Replay } from './judge.ts';

export interface ChangedEpisode {
  readonly kind: 'new' | 'gone' | 'longer' | 'shorter' | 'moved';
  readonly labels: Readonly<Record<string, string>>;
  /** Several where one version has one episode and the other has it in parts. */
  readonly before: readonly Span[];
  readonly after: readonly Span[];
}

export interface RuleChange {
  readonly alert: string;
  /** Whether both versions have a rule of this name. */
  readonly presence: 'both' | 'only before' | 'only after';
  readonly episodes: readonly ChangedEpisode[];
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export function compareReplays(before: readonly Replay[], after: readonly Replay[]): RuleChange[] {
  const names = new Set([...before, ...after].map(nameOf));
  return [...names].map((name) => {
    const old = before.filter((replay) => nameOf(replay) === name);
    const now = after.filter((replay) => nameOf(replay) === name);
    return {
      alert: name,
      presence: old.length === 0 ? 'only after' : now.length === 0 ? 'only before' : 'both',
      episodes: compareRules(old, now),
    };
  });
}

/** Rules may share a name: the severity tells which of them is meant. */
function nameOf({ rule }: Replay): string {
  const { severity } = rule.labels;
  return severity === undefined ? rule.name : `${rule.name} (${severity})`;
}

function compareRules(before: readonly Replay[], after: readonly Replay[]): ChangedEpisode[] {
  const old = instancesOf(before);
  const now = instancesOf(after);
  const isSameKind = sameLabelNames(old) === sameLabelNames(now) || old.size === 0 || now.size === 0;
  // Summed by other labels: instances are not the same things any more, the time in which anything fires is.
  if (!isSameKind) {
    return compareSpans({}, mergedSpans(before.flatMap(episodesOf)), mergedSpans(after.flatMap(episodesOf)));
  }
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    return compareSpans((is ?? was)!.labels, was?.spans ?? [], is?.spans ?? []);
  });
}

type Instances = Map<string, { labels: Record<string, string>; spans: Span[] }>;

function episodesOf({ episodes }: Replay): readonly Episode[] {
  return episodes;
}

/** By the labels of the series: those that a rule sets are part of what may have changed. */
function instancesOf(replays: readonly Replay[]): Instances {
  const instances: Instances = new Map();
  for (const { rule, episodes } of replays) {
    for (const { labels: all, firesAtMs, endsAtMs } of episodes) {
      const labels = Object.fromEntries(
        Object.entries(all).filter(([name]) => name !== 'alertname' && !Object.hasOwn(rule.labels, name)),
      );
      const key = JSON.stringify(Object.entries(labels).sort());
      const known = instances.get(key) ?? { labels, spans: [] };
      known.spans.push({ fromMs: firesAtMs, toMs: endsAtMs });
      instances.set(key, known);
    }
  }
  return instances;
}

function sameLabelNames(instances: Instances): string {
  return [...new Set([...instances.values()].map(({ labels }) => Object.keys(labels).sort().join()))].sort().join(';');
}

/** What overlaps, also by way of a third, is the same trouble. */
function compareSpans(
  labels: Readonly<Record<string, string>>,
  before: readonly Span[],
  after: readonly Span[],
): ChangedEpisode[] {
  const all = [...before, ...after].sort((left, right) => left.fromMs - right.fromMs);
  const clusters: { toMs: number; spans: Set<Span> }[] = [];
  for (const span of all) {
    const last = clusters.at(-1);
    if (last === undefined || span.fromMs >= last.toMs) clusters.push({ toMs: span.toMs, spans: new Set([span]) });
    else {
      last.spans.add(span);
      last.toMs = Math.max(last.toMs, span.toMs);
    }
  }
  return clusters.flatMap(({ spans }) => {
    const was = before.filter((span) => spans.has(span));
    const now = after.filter((span) => spans.has(span));
    const kind = kindOf(was, now);
    return kind === null ? [] : [{ kind, labels, before: was, after: now }];
  });
}

function kindOf(was: readonly Span[], now: readonly Span[]): ChangedEpisode['kind'] | null {
  if (was.length === 0) return 'new';
  if (now.length === 0) return 'gone';
  const difference = lengthOf(now) - lengthOf(was);
  if (difference !== 0) return difference > 0 ? 'longer' : 'shorter';
  return JSON.stringify(was) === JSON.stringify(now) ? null : 'moved';
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}
