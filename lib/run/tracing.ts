// The run's tracer, and effects that carry its trace on.

import type { Config } from '../services/config/config.ts';
import type { RunIdentity } from '../services/runs/run-types.ts';
import { traceHttp, traceProcesses } from '../services/trace/traced-effects.ts';
import { createTracer, type Tracer } from '../services/trace/tracer.ts';
import type { Effects } from './real-effects.ts';

export function openTracer(effects: Effects, config: Config, identity: RunIdentity): Tracer {
  const { enabled, otlp } = config.telemetry;
  return createTracer({
    clock: effects.clock,
    random: effects.random,
    incoming: effects.environment.get('TRACEPARENT'),
    isRecording: enabled && otlp.endpoint !== undefined,
    name: identity.verb === null ? identity.command : `${identity.command} ${identity.verb}`,
  });
}

export function traceEffects(effects: Effects, tracer: Tracer): Effects {
  return { ...effects, http: traceHttp(effects.http, tracer), processes: traceProcesses(effects.processes, tracer) };
}
