// What a smoke would push, and where each alert would have to arrive.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { tableLines } from '../../base/table.ts';
import type { SmokeCase } from '../../domain/alert-smoke/smoke-case.ts';
import type { Outcome } from '../../run/command.ts';

export function answerPlan(cases: readonly SmokeCase[], whySkipped: (smoke: SmokeCase) => string | null): Outcome {
  const rows = cases.map((smoke) => ({ smoke, skipped: whySkipped(smoke) }));
  const summary = `would prove ${rows.filter(({ skipped }) => skipped === null).length} of ${rows.length} alerts`;
  return {
    exit: EXIT.ok,
    summary,
    report: {
      schema: 'mdops.alert-smoke-plan/1',
      alerts: rows.map(({ smoke, skipped }) => ({
        alert: smoke.alert,
        severity: smoke.severity,
        receivers: smoke.receivers,
        stimulus: stimulusOf(smoke),
        minimum_ms: smoke.best.fireMs,
        skipped,
      })),
    },
    view: () => [
      ...tableLines(
        [{ title: 'ALERT' }, { title: 'BY' }, { title: 'RECEIVERS' }, { title: 'AT BEST', align: 'right' }],
        rows.map(({ smoke, skipped }) => [
          smoke.name,
          skipped === null ? stimulusOf(smoke) : `skipped: ${skipped}`,
          smoke.receivers.join(', '),
          formatDuration(smoke.best.fireMs),
        ]),
      ),
      summary,
    ],
  };
}

function stimulusOf({ stimulus }: SmokeCase): string {
  switch (stimulus.kind) {
    case 'series':
      return stimulus.metric;
    case 'scrape':
      return `a failing scrape of ${stimulus.job}`;
    case 'always':
      return 'nothing: it fires always';
    case 'played':
      return stimulus.fire.map(({ series }) => series.split('{', 1)[0]).join(', ');
    case 'cases':
    case 'unproven':
      return 'nothing';
  }
}
