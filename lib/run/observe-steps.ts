// Steps as they are told: a log event with its span, and a line of progress.

import type { Log, LogFields } from '../services/log/log.ts';
import type { StepsObserver } from '../services/steps/steps.ts';
import type { Span, Tracer } from '../services/trace/tracer.ts';
import type { Progress } from './progress.ts';

export function observeSteps(log: Log, progress: Progress, tracer: Tracer): StepsObserver {
  const spans = new Map<string, Span>();
  const many = new Set<string>();
  const end = (name: string, error: string | null): Pick<LogFields, 'span_id' | 'extra'> => {
    const span = spans.get(name);
    spans.delete(name);
    span?.end(error);
    return {
      ...(span === undefined ? {} : { span_id: span.spanId }),
      ...(many.has(name) ? { extra: { one_of_many: true } } : {}),
    };
  };
  return {
    started: (name, isOneOfMany) => {
      if (isOneOfMany) many.add(name);
      else progress.update(name);
      const span = tracer.start(name, 'internal', { isStep: true });
      spans.set(name, span);
      log.event('step_started', name, { step: name, level: 'debug', span_id: span.spanId });
    },
    finished: (name, durationMs, note) => {
      const message = note === 'done' ? name : `${name}: ${note}`;
      log.event('step_finished', message, { step: name, duration_ms: durationMs, ...end(name, null) });
    },
    failed: (name, durationMs, reason) => {
      const fields = { step: name, duration_ms: durationMs, level: 'error' } as const;
      log.event('step_failed', `${name}: ${reason}`, { ...fields, ...end(name, 'step failed') });
    },
  };
}
