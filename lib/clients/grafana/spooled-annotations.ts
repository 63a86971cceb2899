// Annotations that Grafana did not take when they happened, written later with their own times.

import { isRecord, type Json } from '../../base/json.ts';
import { sendOneByOne } from '../../services/spool/one-by-one.ts';
import type { SpoolSender } from '../../services/spool/spool.ts';
import type { Annotation, GrafanaAnnotations } from './annotations.ts';

export interface SpooledAnnotation {
  /** Of the open region that this ends; null: the whole region is still to be written. */
  readonly id: number | null;
  readonly annotation: Required<Annotation>;
}

export function annotationBody(spooled: SpooledAnnotation): Json {
  return spooled as unknown as Json;
}

export function createAnnotationSender(grafana: GrafanaAnnotations): SpoolSender {
  return sendOneByOne(async ({ body }, signal) => {
    const spooled = parse(body);
    if (spooled === null) return UNREADABLE;
    const { id, annotation } = spooled;
    const answer = id === null ? await grafana.write(annotation, signal) : await grafana.close(id, annotation, signal);
    return answer.ok ? { ok: true } : answer;
  });
}

const UNREADABLE = {
  ok: false,
  retryable: false,
  code: 'spool record unreadable',
  reason: 'an annotation in the spool could not be read',
} as const;

function parse(body: Json): SpooledAnnotation | null {
  if (!isRecord(body) || !isRecord(body['annotation'])) return null;
  const { start_ms, end_ms, text, tags } = body['annotation'] as Readonly<Record<string, unknown>>;
  const whole =
    typeof start_ms === 'number' && typeof end_ms === 'number' && typeof text === 'string' && Array.isArray(tags);
  return whole ? (body as unknown as SpooledAnnotation) : null;
}
