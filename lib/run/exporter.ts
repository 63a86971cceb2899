// Metrics of a run that can be scraped while it lasts: apart from those that are pushed at its end.

import type { OpenedExporter } from '../effects/exporter.ts';
import { createMetrics, type Metrics } from '../services/metrics/metrics.ts';

export interface LiveMetrics {
  readonly metrics: Metrics;
  readonly opened: OpenedExporter;
}

export type OpenExporter = (at: { readonly host: string; readonly port: number }) => Promise<LiveMetrics>;

/** Nothing of it is loaded before the first call. */
export function createExporterOpener(redact: (text: string) => string): OpenExporter {
  return async (at) => {
    const { createExporter } = await import('../effects/real-exporter.ts');
    const { renderMetrics } = await import('../services/metrics/render.ts');
    const metrics = createMetrics(redact);
    const opened = await createExporter().open({ ...at, render: () => renderMetrics(metrics.series()) });
    return { metrics, opened };
  };
}
