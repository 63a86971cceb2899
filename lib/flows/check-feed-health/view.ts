// The answer for a person: verdict, coverage, what is wrong where, the worst, what changed, what to do next.

import { formatDuration } from '../../base/duration.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import type { Changes } from '../../domain/health/changes.ts';
import type { HealthReport, StalledContract, Verdict } from '../../domain/health/report.ts';
import { percent, wantedPercent } from '../../domain/health/wording.ts';
import { contractName } from '../../domain/sessions/contract-name.ts';

export interface Shown {
  readonly report: HealthReport;
  readonly target: string;
  readonly environment: string;
  readonly changes: Changes | null;
  readonly coverageThreshold: number;
  readonly limitList: number;
  readonly artifacts: readonly string[];
  /** What to do next, most useful first. */
  readonly next: readonly string[];
}

const BAR = 32;
const NAMES = 40;
// Sentences wrap where the terminal is narrow: what would be cut off is often the reason.
const LONGEST = 1_000;

const PAINTED = {
  healthy: (paint) => paint.good,
  degraded: (paint) => paint.warn,
  unhealthy: (paint) => paint.bad,
  unknown: (paint) => paint.warn,
} as const satisfies Record<Verdict, (paint: Paint) => (text: string) => string>;

export function summarize(report: HealthReport): string {
  if (report.coverage_ratio === null) return `unknown: ${report.errors[0] ?? 'could not look'}`;
  const critical = report.stalled_contracts.filter(({ severity }) => severity === 'critical').length;
  const facts = [
    `coverage ${percent(report.coverage_ratio)} (${report.matched_total} of ${report.expected_total})`,
    ...(report.missing_contracts.length > 0 ? [`${report.missing_contracts.length} missing`] : []),
    ...(critical > 0 ? [`${critical} stalled`] : []),
    ...(report.stalled_contracts.length > critical ? [`${report.stalled_contracts.length - critical} slow`] : []),
    ...(report.unexpected_contracts.length > 0 ? [`${report.unexpected_contracts.length} unexpected`] : []),
  ];
  return `${report.verdict}: ${facts.join(', ')}`;
}

export function showReport(shown: Shown, paint: Paint, columns: number): string[] {
  const { report } = shown;
  const title = `${PAINTED[report.verdict](paint)(report.verdict.toUpperCase())}  feed ${shown.target}, ${shown.environment}`;
  return [
    `${paint.strong(title)}  ${paint.faint(`${report.generated_at}, ${report.mode}`)}`,
    ...(report.coverage_ratio === null ? [] : measures(shown, report.coverage_ratio, paint)),
    ...report.errors.map((text) => `${paint.bad('✗')} ${oneLine(text, LONGEST)}`),
    ...report.warnings.map((text) => `${paint.warn('!')} ${oneLine(text, LONGEST)}`),
    ...remediationLines(shown, paint),
    ...worstLines(shown, paint, columns),
    ...changeLines(shown, paint),
    ...shown.artifacts.map((path) => paint.faint(`report: ${path}`)),
    ...(shown.next.length === 0 ? [] : ['', paint.strong('next'), ...shown.next.map((line) => `  ${line}`)]),
  ];
}

function measures({ report, coverageThreshold }: Shown, ratio: number, paint: Paint): string[] {
  const filled = Math.floor(ratio * BAR);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
  const color = ratio < coverageThreshold ? paint.bad : paint.good;
  const counts = `${report.matched_total} of ${report.expected_total}, wanted ${wantedPercent(coverageThreshold)}`;
  const ignored = report.ignored_total > 0 ? `, ${report.ignored_total} ignored` : '';
  return [
    `coverage  ${color(bar)} ${percent(ratio)}  ${paint.faint(counts + ignored)}`,
    ...countLine('missing', report.missing_contracts),
    ...countLine(
      'stalled',
      report.stalled_contracts.map(({ symbol }) => symbol),
    ),
    ...countLine('extra', report.unexpected_contracts),
  ];
}

function countLine(what: string, symbols: readonly string[]): string[] {
  if (symbols.length === 0) return [];
  const byExchange = new Map<string, number>();
  for (const symbol of symbols) {
    const exchange = oneLine(contractName(symbol).exchange, 12) || '(none)';
    byExchange.set(exchange, (byExchange.get(exchange) ?? 0) + 1);
  }
  const parts = [...byExchange].sort((left, right) => right[1] - left[1]).map(([name, count]) => `${name} ${count}`);
  const more = parts.length > 8 ? ` and ${parts.length - 8} more exchanges` : '';
  return [`${what.padEnd(8)}  ${symbols.length}  ${parts.slice(0, 8).join(' · ')}${more}`];
}

function remediationLines({ report: { remediation }, limitList }: Shown, paint: Paint): string[] {
  // Of one that was refused the warning above tells.
  if (remediation === null || remediation.attempted === 0) return [];
  const { attempted, succeeded, attempts, rate_limit_events: limited, failed } = remediation;
  const rate = limited > 0 ? `, ${limited} rate-limit answers` : '';
  const line = `resubscribed ${succeeded} of ${attempted} in ${attempts} attempt${attempts === 1 ? '' : 's'}${rate}`;
  return [
    `${succeeded === attempted ? paint.good('✓') : paint.bad('✗')} ${line}`,
    ...failed.slice(0, limitList).map(({ symbol, reason }) => `    ${oneLine(symbol, NAMES)}: ${oneLine(reason, 100)}`),
    ...(failed.length > limitList ? [paint.faint(`    and ${failed.length - limitList} more`)] : []),
  ];
}

/** Missing first, then what never ticked or is broken, then the longest silent. */
function worstLines({ report, limitList }: Shown, paint: Paint, columns: number): string[] {
  const rows = [
    ...report.missing_contracts.map((symbol) => [oneLine(symbol, NAMES), paint.bad('missing'), '', '']),
    ...[...report.stalled_contracts].sort(byAge).map((row) => stalledCells(row, paint)),
  ];
  const kept = rows.slice(0, limitList);
  if (kept.length === 0) return [];
  const titles = [
    { title: 'WORST', cuts: true },
    { title: '' },
    { title: 'SILENT', align: 'right' as const },
    { title: 'LAST TICK', cuts: true },
  ];
  const more = rows.length > kept.length ? [paint.faint(`and ${rows.length - kept.length} more`)] : [];
  return ['', ...tableLines(titles, kept, columns), ...more];
}

function byAge(left: StalledContract, right: StalledContract): number {
  return ageRank(right) - ageRank(left);
}

function ageRank({ lag_seconds: lag }: StalledContract): number {
  return lag === null || lag < 0 ? Number.MAX_VALUE : lag;
}

function stalledCells(row: StalledContract, paint: Paint): string[] {
  const { lag_seconds: lag } = row;
  const color = row.severity === 'critical' ? paint.bad : paint.warn;
  const what = row.severity === 'critical' ? 'stalled' : 'slow';
  const silent = lag === null ? '' : lag < 0 ? 'future' : formatDuration(lag * 1_000);
  const tick = row.last_tick_at === null ? 'never' : oneLine(row.last_tick_at, NAMES);
  return [oneLine(row.symbol, NAMES), color(what), silent, tick];
}

function changeLines({ changes, report, limitList }: Shown, paint: Paint): string[] {
  if (changes === null) return [];
  const list = (sign: string, what: string, symbols: readonly string[]): string[] => {
    if (symbols.length === 0) return [];
    const named = symbols.slice(0, limitList).map((symbol) => oneLine(symbol, NAMES));
    const rest = symbols.length - named.length;
    const names = named.length === 0 ? String(rest) : `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
    return [`  ${sign} ${what} ${names}`];
  };
  const lines = [
    ...list(paint.bad('+'), 'missing', changes.newlyMissing),
    ...list(paint.bad('+'), 'stalled', changes.newlyStalled),
    ...list(paint.good('-'), 'recovered', changes.recovered),
  ];
  const turned = changes.before === report.verdict ? `still ${report.verdict}` : `was ${changes.before}`;
  return ['', paint.strong(`since the last check, ${formatDuration(changes.sinceMs)} ago: ${turned}`), ...lines];
}
