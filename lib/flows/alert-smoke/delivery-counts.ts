// Deliveries as Alertmanager counts them.

import type { Asking } from '../stack/ask.ts';
import type { DeliveryCounts } from './smoke-run.ts';

const LINE = /^alertmanager_notifications_(failed_)?total\{[^}]*integration="([^"]+)"[^}]*\} (\S+)$/gm;

export async function readDeliveryCounts({ http, signal }: Asking, alertmanager: string): Promise<DeliveryCounts> {
  const response = await http.request({ method: 'GET', url: `${alertmanager}/metrics`, timeoutMs: 5_000, signal });
  const counts = new Map<string, { sent: number; failed: number }>();
  for (const [, failed, kind = '', value] of response.text().matchAll(LINE)) {
    const before = counts.get(kind) ?? { sent: 0, failed: 0 };
    const by = Number(value);
    counts.set(
      kind,
      failed === undefined ? { ...before, sent: before.sent + by } : { ...before, failed: before.failed + by },
    );
  }
  return counts;
}
