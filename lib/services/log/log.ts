// The story of one run as NDJSON: one record one line, one file per run. A failing disk loses the file, never the run.

import type { EventName } from '../../base/event-names.ts';
import type { JsonObject } from '../../base/json.ts';
import { formatInZone } from '../../base/zoned-time.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Files } from '../../effects/files.ts';
import { createLogFile, type LogTrouble } from './log-file.ts';
import { boundExtra, boundText, cleanValue, MAX_TEXT_BYTES } from './payload.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogFields {
  readonly level?: LogLevel;
  readonly duration_ms?: number;
  readonly exit_code?: number;
  readonly step?: string;
  readonly span_id?: string;
  readonly extra?: JsonObject;
}

/** Who speaks: the same on every record of a run. */
export interface LogIdentity {
  readonly run_id: string;
  readonly request_id: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly tenant_id?: string;
  readonly command: string;
  readonly environment: string;
}

export interface LogRecord extends LogIdentity {
  readonly ts: string;
  readonly level: LogLevel;
  readonly service: 'mdops';
  readonly event: EventName;
  readonly message: string;
  readonly step?: string;
  readonly duration_ms?: number;
  readonly exit_code?: number;
  readonly extra: JsonObject;
}

export type LogObserver = (record: LogRecord) => void;

export interface Log {
  event(event: EventName, message: string, fields?: LogFields): void;
  /** Everything said so far is handed to the disk; never throws. */
  flush(): Promise<void>;
}

export interface RunLog extends Log {
  /** Also called for records below the file's level: the terminal has a level of its own. */
  observe(observer: LogObserver): void;
  /** Flushes and closes; the journal is what must survive a power cut, the log is its story. Later events still reach observers. */
  close(): Promise<void>;
  /** Null until the first record reached the disk. */
  path(): string | null;
  /** Why the file is not written, or null; and how many records it therefore lacks. */
  trouble(): LogTrouble | null;
}

export interface LogOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly directory: string;
  /** File name before the time stamp: the command, or `--log-prefix`. */
  readonly prefix: string;
  /** IANA name, e.g. Asia/Shanghai. */
  readonly zone: string;
  /** False for commands that only look things up: they tell their story but leave no file. Default true. */
  readonly isWritten?: boolean;
  /** Least level written to the file. */
  readonly level: LogLevel;
  readonly identity: LogIdentity;
  /** Removes secrets from one text. */
  readonly redact: (text: string) => string;
  /** Longer texts are cut. */
  readonly maxTextBytes?: number;
}

export function createLog(options: LogOptions): RunLog {
  const observers: LogObserver[] = [];
  const file = createLogFile(options);
  const least = LOG_LEVELS.indexOf(options.level);
  const isWritten = options.isWritten ?? true;

  function event(name: EventName, message: string, fields: LogFields = {}): void {
    const record = createRecord(options, name, message, fields);
    for (const observer of observers) observer(record);
    if (isWritten && LOG_LEVELS.indexOf(record.level) >= least) file.write(`${JSON.stringify(record)}\n`);
  }

  return {
    event,
    observe: (observer) => {
      observers.push(observer);
    },
    flush: () => file.drain(),
    close: () => file.close(),
    path: () => file.path(),
    trouble: () => file.trouble(),
  };
}

function createRecord(options: LogOptions, event: EventName, message: string, fields: LogFields): LogRecord {
  const { identity, redact, maxTextBytes = MAX_TEXT_BYTES } = options;
  const clean = (text: string): string => boundText(redact(text), maxTextBytes);
  return {
    ts: formatInZone(options.clock.wallMs(), options.zone),
    level: fields.level ?? 'info',
    service: 'mdops',
    event,
    ...identity,
    ...(fields.span_id === undefined ? {} : { span_id: fields.span_id }),
    message: clean(message),
    ...(fields.step === undefined ? {} : { step: clean(fields.step) }),
    ...(fields.duration_ms === undefined ? {} : { duration_ms: Math.max(0, Math.round(fields.duration_ms)) }),
    ...(fields.exit_code === undefined ? {} : { exit_code: fields.exit_code }),
    extra: boundExtra(cleanValue(fields.extra ?? {}, clean), maxTextBytes),
  };
}
