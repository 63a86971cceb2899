// The JSON Schema of a log record, from the same lists the code uses; kept at logs/schema/log-event.schema.json.

import { EVENTS } from '../../base/event-names.ts';
import { LOG_LEVELS } from './log.ts';

const TEXT = { type: 'string' } as const;
const TRACE_ID = { type: 'string', pattern: '^[0-9a-f]{32}$' } as const;
const SPAN_ID = { type: 'string', pattern: '^[0-9a-f]{16}$' } as const;

export const LOG_EVENT_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'mdops/log-event/1',
  title: 'mdops log event',
  description: 'One line of a run log under logs/runbooks/.',
  type: 'object',
  additionalProperties: false,
  required: [
    'ts',
    'level',
    'service',
    'event',
    'run_id',
    'request_id',
    'trace_id',
    'span_id',
    'command',
    'environment',
    'message',
    'extra',
  ],
  properties: {
    ts: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}[+-]\\d{2}:\\d{2}$' },
    level: { enum: LOG_LEVELS },
    service: { const: 'mdops' },
    event: { enum: EVENTS },
    run_id: { ...TEXT, minLength: 1 },
    request_id: { ...TEXT, minLength: 1 },
    trace_id: TRACE_ID,
    span_id: SPAN_ID,
    tenant_id: TEXT,
    command: { ...TEXT, minLength: 1 },
    environment: { ...TEXT, minLength: 1 },
    message: TEXT,
    step: TEXT,
    duration_ms: { type: 'integer', minimum: 0 },
    exit_code: { type: 'integer', minimum: 0, maximum: 255 },
    extra: { type: 'object' },
  },
} as const;
