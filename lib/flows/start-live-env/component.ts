// A component of the live environment, ready to be acted on: its configuration with all placeholders filled in.

import type { RouteName } from '../../base/feed-routes.ts';
import type { Context } from '../../run/context.ts';
import type { ComponentConfig } from '../../services/config/config.ts';

export type Component = ComponentConfig & { readonly name: string };

/** What a component's processes get to know besides the clean environment. */
export type Variables = ReadonlyMap<string, string>;

export interface Fillings {
  /** Directory of the built programs. */
  readonly programs: string;
  readonly state_dir: string;
  readonly profile: string;
  readonly route: string;
  readonly window: string;
}

export function fillingsOf(ctx: Pick<Context, 'config' | 'programDirectory'>, route: RouteName): Fillings {
  const { config } = ctx;
  return {
    programs: ctx.programDirectory,
    state_dir: config.paths.stateDir,
    profile: config.profile,
    route,
    window: config.sessions.window ?? '',
  };
}

/** `{programs}/sim/feed.js` → its path; unknown braces stay as they are. */
export function fill(argv: readonly string[], fillings: Fillings): readonly string[] {
  return argv.map((word) =>
    word.replace(/\{([a-z_]+)\}/g, (whole, name: string) =>
      Object.hasOwn(fillings, name) ? fillings[name as keyof Fillings] : whole,
    ),
  );
}

/** The variables that this component asked for: names, or prefixes with `*` at their end. */
export function variablesFor(component: Component, known: Variables): Readonly<Record<string, string>> {
  const wanted = (name: string): boolean =>
    component.envFrom.some((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry));
  return Object.fromEntries([...[...known].filter(([name]) => wanted(name)), ...component.env]);
}
