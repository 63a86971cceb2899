// Two versions of a rule over the same history: which episodes are new, gone, longer or shorter.

import type { Episode } from './follow-alert.ts';
import { mergedSpans, type Replay } from './judge.ts';

export interface ChangedEpisode {
  readonly kind: 'new' | 'gone' | 'longer' | 'shorter' | 'moved';
  readonly labels: Readonly<Record<string, string>>;
  readonly before: { readonly fromMs: number; readonly toMs: number } | null;
  readonly after: { readonly fromMs: number; readonly toMs: number } | null;
}

export interface RuleChange {
  readonly alert: string;
  /** Whether both versions have a rule of this name. */
  readonly presence: 'both' | 'only before' | 'only after';
  readonly episodes: readonly ChangedEpisode[];
}

interface Span {
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

/** Spans that overlap are the same episode, one partner each. */
function compareSpans(labels: Readonly<Record<string, string>>, before: Span[], after: Span[]): ChangedEpisode[] {
  const left = new Set(before);
  const changes: ChangedEpisode[] = [];
  for (const now of after) {
    const was = [...left].find(({ fromMs, toMs }) => fromMs < now.toMs && now.fromMs < toMs) ?? null;
    if (was === null) {
      changes.push({ kind: 'new', labels, before: null, after: now });
      continue;
    }
    left.delete(was);
    const kind = kindOf(was, now);
    if (kind !== null) changes.push({ kind, labels, before: was, after: now });
  }
  for (const was of left) changes.push({ kind: 'gone', labels, before: was, after: null });
  return changes.sort((one, other) => startOf(one) - startOf(other));
}

function kindOf(was: Span, now: Span): 'longer' | 'shorter' | 'moved' | null {
  const difference = now.toMs - now.fromMs - (was.toMs - was.fromMs);
  if (difference !== 0) return difference > 0 ? 'longer' : 'shorter';
  return now.fromMs === was.fromMs ? null : 'moved';
}

function startOf({ before, after }: ChangedEpisode): number {
  return (after ?? before)!.fromMs;
}
