// `dashboards`: built from data, judged before anybody looks at them, and kept the same in a live Grafana.

import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';

type Verb = (ctx: Context, invocation: Invocation) => Promise<Outcome>;

/** Each verb is loaded when it is called: what pushes to Grafana is no weight on what checks a file. */
const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  build: async () => (await import('./build.ts')).buildDashboards,
  check: async () => (await import('./check.ts')).checkDashboardFiles,
  diff: async () => (await import('./live/diff.ts')).diffDashboards,
  push: async () => (await import('./live/push.ts')).pushDashboards,
  export: async () => (await import('./live/export.ts')).exportDashboards,
};

export async function tendDashboards(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const load = VERBS[invocation.verb ?? 'check'] ?? VERBS['check']!;
  return (await load())(ctx, invocation);
}
