// The labels and annotations that an alert is sent with.

import type { Alert, Labels } from './platform.ts';

export function alertLabels({ severity, labels }: Alert): Labels {
  return { severity, ...labels };
}

export function alertAnnotations({ summary, description, runbook, command, annotations }: Alert): Labels {
  return { summary, description, runbook_url: runbook, ...annotations, command };
}
