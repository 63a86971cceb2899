// `dashboards diff|push|export`: the files and a live Grafana.

import type { Outcome } from '../../../run/command.ts';
import type { Context } from '../../../run/context.ts';
import type { Invocation } from '../../../run/invocation.ts';
import { diffDashboards } from './diff.ts';
import { exportDashboards } from './export.ts';
import { pushDashboards } from './push.ts';

const LIVE_VERBS = {
  diff: diffDashboards,
  push: pushDashboards,
  export: exportDashboards,
} satisfies Record<string, (ctx: Context, invocation: Invocation) => Promise<Outcome>>;

export async function keepGrafana(ctx: Context, invocation: Invocation): Promise<Outcome> {
  return LIVE_VERBS[invocation.verb as keyof typeof LIVE_VERBS](ctx, invocation);
}
