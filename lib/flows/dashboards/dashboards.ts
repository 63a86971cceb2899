// `dashboards`: built from data, and judged before anybody looks at them.

import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';

type Verb = (ctx: Context, invocation: Invocation) => Promise<Outcome>;

/** Each verb is loaded when it is called: what pushes to Grafana is no weight on what checks a file. */
const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  build: async () => (await import('./build.ts')).buildDashboards,
};

export async function tendDashboards(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const load = VERBS[invocation.verb ?? 'check'] ?? VERBS['build']!;
  return (await load())(ctx, invocation);
}
