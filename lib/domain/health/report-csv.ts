// A health report as CSV: one line for each contract that somebody has to look at.

import type { HealthReport } from './report.ts';

const HEADER = 'symbol,status,severity,subscription_id,last_tick_at,lag_seconds';

export function reportAsCsv(report: HealthReport): string {
  const lines = [
    HEADER,
    ...report.missing_contracts.map((symbol) => line(symbol, 'missing', 'critical')),
    ...report.stalled_contracts.map((row) =>
      line(row.symbol, 'stalled', row.severity, row.subscription_id, row.last_tick_at, row.lag_seconds),
    ),
    ...report.unexpected_contracts.map((symbol) => line(symbol, 'unexpected', 'warning')),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function line(...cells: readonly (string | number | null)[]): string {
  return [...cells, null, null, null].slice(0, 6).map(cell).join(',');
}

/** RFC 4180; a text that a spreadsheet would run as a formula gets a quote in front. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
