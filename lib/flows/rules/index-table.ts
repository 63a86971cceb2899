// `rules index`: the table of alerts, printed, written, or compared with the file that holds it.

import { dirname, relative, resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { coverRules } from '../../domain/rules/coverage.ts';
import { loadPromql } from '../../domain/rules/promql.ts';
import { panelOf, renderRuleIndex } from '../../domain/rules/rule-index.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { homeDirectory } from './platforms.ts';
import { loadRuleSets, type RulesContext, requireSound } from './rule-set.ts';

const BEGIN = '<!-- generated: alerts -->';
const END = '<!-- end of alerts -->';
const DASHBOARD_PAGE = 'runbooks/monitoring-dashboard.md';

export async function indexRules(ctx: RulesContext, invocation: Invocation): Promise<Outcome> {
  const named = invocation.text('write') ?? invocation.text('compare');
  const home = await homeDirectory(ctx);
  const file = resolve(ctx.environment.cwd, named ?? resolve(home, 'runbooks/alerts/README.md'));
  const table = await renderTable(ctx, invocation, home, file);
  if (named === undefined) {
    return { exit: EXIT.ok, summary: table, report: { schema: 'mdops.rules-index/1', markdown: table } };
  }
  const before = (await ctx.files.info(file)) === null ? '' : await ctx.files.readText(file);
  const after = place(before, table);
  const shown = relative(ctx.environment.cwd, file);
  const isSame = before === after;
  if (invocation.isSet('write')) {
    if (!isSame) await ctx.files.replace(file, after, { durable: false, mode: 0o644 });
    return said(EXIT.ok, isSame ? `${shown} is up to date` : `${shown} written`, isSame);
  }
  return isSame
    ? said(EXIT.ok, `${shown} is up to date`, true)
    : said(EXIT.critical, `${shown} differs from the rules: run "mdops rules index --write ${shown}"`, false);
}

async function renderTable(ctx: RulesContext, invocation: Invocation, home: string, file: string): Promise<string> {
  const sets = await loadRuleSets(ctx, invocation);
  requireSound(sets, 'index');
  const parse = await loadPromql();
  const page = resolve(home, DASHBOARD_PAGE);
  const dashboard = (await ctx.files.info(page)) === null ? '' : await ctx.files.readText(page);
  const link = (path: string): string => {
    const [target = '', anchor] = path.split('#', 2);
    const at = relative(dirname(file), resolve(home, target));
    return anchor === undefined ? at : `${at}#${anchor}`;
  };
  const tables = sets.map((set) => {
    const title = sets.length > 1 ? `## ${set.catalogue?.platform ?? set.name}\n\n` : '';
    const index = renderRuleIndex({
      // Alerts of objectives wake people as others do.
      coverage: coverRules([...set.rules, ...set.compiled], set.tests, parse),
      routing: set.routing,
      dashboards: (alert) => panelOf(dashboard, alert, link(DASHBOARD_PAGE)),
      link,
    });
    return `${title}${index}`;
  });
  return tables.join('\n');
}

/** The marked region of the file, or the whole of a new one. */
function place(before: string, table: string): string {
  const region = `${BEGIN}\n${table}${END}`;
  const [from, to] = [before.indexOf(BEGIN), before.indexOf(END)];
  if (from === -1 || to < from) return `${before === '' ? '# Alerts\n\n' : `${before.trimEnd()}\n\n`}${region}\n`;
  return before.slice(0, from) + region + before.slice(to + END.length);
}

function said(exit: number, summary: string, upToDate: boolean): Outcome {
  return { exit, summary, report: { schema: 'mdops.rules-index/1', up_to_date: upToDate } };
}
