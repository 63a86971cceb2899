// Spans of one run: the run itself, its steps, and what they asked of processes and remotes.

import type { Clock } from '../../effects/clock.ts';
import type { Random } from '../../effects/random.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

export type SpanKind = 'internal' | 'client';
export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface FinishedSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startMs: number;
  readonly durationMs: number;
  readonly attributes: Attributes;
  /** A short word for what failed; null when it went well. */
  readonly error: string | null;
}

export interface Span {
  readonly spanId: string;
  /** For the child process or remote that this span speaks to. */
  readonly traceparent: string;
  end(error: string | null, attributes?: Attributes): void;
}

export interface Tracer {
  readonly traceId: string;
  readonly rootSpanId: string;
  /** A child of the step that is under way, or of the run. `isStep`: later spans are its children until it ends. */
  start(name: string, kind: SpanKind, options?: { readonly attributes?: Attributes; readonly isStep?: boolean }): Span;
  /** Of the step that is under way, or of the run. */
  traceparent(): string;
  /** Ends the run's own span and gives every span; how many were more than fit. */
  finish(
    error: string | null,
    attributes: Attributes,
  ): { readonly spans: readonly FinishedSpan[]; readonly lost: number };
}

export interface TracerParts {
  readonly clock: Clock;
  readonly random: Random;
  /** From TRACEPARENT: this run is part of that trace. */
  readonly incoming: string | undefined;
  /** False: ids for logs and headers, but nothing is kept. */
  readonly isRecording: boolean;
  readonly name: string;
}

/** A run that polls for hours must not grow: later spans are counted instead. */
const MOST_SPANS = 2_000;

export function createTracer({ clock, random, incoming, isRecording, name }: TracerParts): Tracer {
  const parent = parseTraceparent(incoming);
  const traceId = parent?.traceId ?? random.hex(16);
  const isSampled = isRecording || (parent?.isSampled ?? false);
  const finished: FinishedSpan[] = [];
  const steps: string[] = [];
  let lost = 0;

  function begin(
    spanName: string,
    kind: SpanKind,
    spanId: string,
    parentSpanId: string | null,
    given: Attributes = {},
  ): (error: string | null, attributes?: Attributes) => void {
    const startMs = clock.wallMs();
    const sinceMs = clock.monotonicMs();
    let isOpen = true;
    return (error, attributes = {}) => {
      if (!isOpen) return;
      isOpen = false;
      if (!isRecording) return;
      if (finished.length >= MOST_SPANS && parentSpanId !== null && spanId !== rootSpanId) {
        lost += 1;
        return;
      }
      const durationMs = Math.max(0, clock.monotonicMs() - sinceMs);
      const span = { spanId, parentSpanId, name: spanName, kind, startMs, durationMs, error };
      finished.push({ ...span, attributes: { ...given, ...attributes } });
    };
  }

  const rootSpanId = random.hex(8);
  const endRoot = begin(name, 'internal', rootSpanId, parent?.spanId ?? null);
  const current = (): string => steps.at(-1) ?? rootSpanId;
  const headerOf = (spanId: string): string => formatTraceparent({ traceId, spanId, isSampled });

  return {
    traceId,
    rootSpanId,
    start: (spanName, kind, { attributes, isStep = false } = {}) => {
      const spanId = random.hex(8);
      const end = begin(spanName, kind, spanId, current(), attributes);
      if (isStep) steps.push(spanId);
      return {
        spanId,
        traceparent: headerOf(spanId),
        end: (error, further) => {
          const at = steps.indexOf(spanId);
          if (at >= 0) steps.splice(at, 1);
          end(error, further);
        },
      };
    },
    traceparent: () => headerOf(current()),
    finish: (error, attributes) => {
      endRoot(error, attributes);
      return { spans: finished, lost };
    },
  };
}
