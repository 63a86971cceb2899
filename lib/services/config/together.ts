// Mistakes that no single key shows: limits in the wrong order, names of things that do not exist.

import { formatDuration } from '../../base/duration.ts';
import { nearest } from '../../base/nearest.ts';
import { orderComponents } from '../../domain/components/graph.ts';
import type { Config } from './config.ts';
import type { Diagnostic } from './diagnostics.ts';
import { describeSource, type Source } from './sources.ts';

type Mistake = Pick<Diagnostic, 'path' | 'found' | 'wanted'> & { readonly nearest?: string };

/** Only for a configuration whose single keys are right. */
export function checkTogether(config: Config, sources: ReadonlyMap<string, Source>): readonly Diagnostic[] {
  return [
    ...limitMistakes(config, sources),
    ...componentMistakes(config),
    ...routeMistakes(config),
    ...commandMistakes(config),
    ...windowMistakes(config),
  ].map((mistake) => {
    const source = sources.get(mistake.path);
    const origin = source === undefined ? 'default' : source.kind === 'credential' ? 'environment' : source.kind;
    return { severity: 'error', where: describeSource(source), origin, ...mistake };
  });
}

function* limitMistakes(config: Config, sources: ReadonlyMap<string, Source>): Generator<Mistake> {
  const { health } = config;
  const lags: [string, number, number][] = [['health.lag_', health.lagWarningMs, health.lagCriticalMs]];
  for (const [name, lag] of health.lag) lags.push([`health.lag.${name}.`, lag.warningMs, lag.criticalMs]);
  for (const [path, warningMs, criticalMs] of lags) {
    // Whoever names the critical limit alone wants no warning before it: that one is only a default.
    if (criticalMs >= warningMs || !sources.has(`${path}warning`)) continue;
    const [found, wanted] = [formatDuration(criticalMs), `at least the warning, ${formatDuration(warningMs)}`];
    // The one that somebody set is the one to look at.
    if (sources.has(`${path}critical`)) yield { path: `${path}critical`, found: `is ${found}`, wanted };
    else
      yield {
        path: `${path}warning`,
        found: `is ${formatDuration(warningMs)}`,
        wanted: `at most the critical, ${found}`,
      };
  }
}

function* componentMistakes(config: Config): Generator<Mistake> {
  const names = [...config.components.keys()];
  for (const [name, component] of config.components) {
    const path = `components.${name}.after`;
    yield* missing(path, component.after, names);
  }
  const ordered = orderComponents(config.components);
  if (ordered.ok) return;
  const found = `makes a circle: ${ordered.cycle.join(' needs ')}`;
  yield { path: `components.${ordered.cycle[0]}.after`, found, wanted: 'an order in which all can start' };
}

function* routeMistakes(config: Config): Generator<Mistake> {
  const names = [...config.components.keys()];
  const { primary, backup } = config.feeds;
  yield* missing('feeds.primary.components', primary.components, names);
  yield* missing('feeds.backup.components', backup.components, names);
  const shared = primary.components.find((name) => backup.components.includes(name));
  if (shared !== undefined) {
    const wanted = 'components of its own: demoting one route would stop the other';
    yield { path: 'feeds.backup.components', found: `shares "${shared}" with the primary route`, wanted };
  }
  if (primary.label === backup.label) {
    yield {
      path: 'feeds.backup.label',
      found: `is "${backup.label}" like the primary's`,
      wanted: 'a label of its own',
    };
  }
}

function* commandMistakes({ feeds }: Config): Generator<Mistake> {
  if (feeds.control !== 'commands') return;
  const { look, bringUp, stop } = feeds.commands;
  for (const [name, words] of Object.entries({ look, bring_up: bringUp, stop })) {
    if (words.length > 0) continue;
    yield {
      path: `feeds.commands.${name}`,
      found: 'is not set',
      wanted: 'a program and its arguments: control is "commands"',
    };
  }
}

function* windowMistakes({ sessions }: Config): Generator<Mistake> {
  const names = [...sessions.windows.keys()];
  if (sessions.window !== undefined && names.length > 0) yield* missing('sessions.window', [sessions.window], names);
}

function* missing(path: string, named: readonly string[], known: readonly string[]): Generator<Mistake> {
  for (const name of named) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const wanted = known.length === 0 ? 'a component: none is defined' : `one of ${known.join(', ')}`;
    yield {
      path,
      found: `names "${name}", which does not exist`,
      wanted,
      ...(near === undefined ? {} : { nearest: near }),
    };
  }
}
