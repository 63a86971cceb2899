// `dashboards diff`: drift between the files and a live Grafana. Exit 0 none, 1 some, 3 when not everything was seen.

import { EXIT, type ExitCode } from '../../../base/exit-codes.ts';
import { KIND_NAMES } from '../../../base/grafana-objects.ts';
import type { Outcome } from '../../../run/command.ts';
import type { Context } from '../../../run/context.ts';
import type { Invocation } from '../../../run/invocation.ts';
import { chosenKinds, type KindLook, type Look, lookAtGrafana } from './look.ts';
import { readReferences } from './references.ts';
import { findRoots } from './roots.ts';
import { driftDocument, driftLines } from './show-drift.ts';
import { readWanted } from './wanted.ts';

export async function diffDashboards(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const wanted = await readWanted(ctx, await findRoots(ctx, invocation));
  const { lookUp } = await readReferences(ctx, wanted);
  const grafana = await ctx.openGrafana();
  const look = await lookAtGrafana(ctx, grafana, wanted, chosenKinds(invocation), lookUp);
  const exit = judge(look.kinds);
  const summary = summarize(look);
  return {
    exit,
    summary,
    report: { schema: 'mdops.dashboards-diff/1', platforms: wanted.own.platforms, ...driftDocument(look), summary },
    view: (paint) => {
      const colour = exit === EXIT.ok ? paint.good : exit === EXIT.warning ? paint.warn : paint.bad;
      return [...driftLines(look, paint), colour(summary)];
    },
  };
}

/** What was not seen outweighs what was: an answer with a hole in it is no answer. */
function judge(kinds: readonly KindLook[]): ExitCode {
  if (kinds.some(isUnseen)) return EXIT.unknown;
  return kinds.some((look) => look.state === 'looked' && look.drift.findings.length > 0) ? EXIT.warning : EXIT.ok;
}

function isUnseen(look: KindLook): boolean {
  if (look.state === 'looked') return look.drift.unknown.length > 0;
  return look.state === 'could not look' || look.wanted > 0;
}

function summarize({ url, version, kinds }: Look): string {
  const server = `Grafana${version === null ? '' : ` ${version}`} at ${url}`;
  const findings = kinds.flatMap((look) => (look.state === 'looked' ? look.drift.findings : []));
  const count = (state: string): number => findings.filter((finding) => finding.state === state).length;
  const parts = (['missing', 'changed', 'extra'] as const)
    .filter((state) => count(state) > 0)
    .map((state) => `${count(state)} ${state}`);
  const names = (state: KindLook['state']): string[] =>
    kinds.filter((look) => look.state === state).map(({ kind }) => KIND_NAMES[kind][1]);
  const old = names('not on this version');
  const dark = [
    ...names('could not look'),
    ...kinds
      .filter((look) => look.state === 'looked' && look.drift.unknown.length > 0)
      .map(({ kind }) => `values of ${KIND_NAMES[kind][1]}`),
  ];
  const isSeen = kinds.some(({ state }) => state === 'looked');
  const said = !isSeen
    ? 'nothing could be looked at'
    : parts.length === 0
      ? 'no drift in what was looked at'
      : `drift: ${parts.join(', ')}`;
  const isWhole = old.length === 0 && dark.length === 0;
  return [
    `${server}: ${isWhole && parts.length === 0 ? 'no drift' : said}`,
    ...(old.length === 0 ? [] : [`not on this version: ${old.join(', ')}`]),
    ...(dark.length === 0 || !isSeen ? [] : [`could not look at ${dark.join(', ')}`]),
  ].join('; ');
}
