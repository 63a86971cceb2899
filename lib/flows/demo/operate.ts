// Runs the real commands as an operator would, in the demo's own place.

import { join } from 'node:path';
import { isRecord, own, parseJson } from '../../base/json.ts';
import { oneLine } from '../../base/sanitize.ts';
import type { DemoContext } from './place.ts';

export interface Operated {
  /** As typed: `mdops failover to-backup --yes`. */
  readonly line: string;
  readonly exit: number;
  readonly document: Readonly<Record<string, unknown>>;
  readonly durationMs: number;
  /** What it said on stderr last, for a failure's explanation. */
  readonly lastWords: string;
}

export type Operate = (
  words: readonly [string, ...string[]],
  env?: Readonly<Record<string, string>>,
) => Promise<Operated>;

const COMMAND_MS = 60_000;
const LARGEST_ANSWER = 4_194_304;

/** `signal` ends the command; cleaning up gets one that outlives Ctrl-C. */
export function createOperator(ctx: DemoContext, directory: string, signal?: AbortSignal): Operate {
  return async ([command, ...words], env = {}) => {
    const result = await ctx.processes.run({
      argv: ['node', join(ctx.programDirectory, `${command}.js`), ...words, '--json', '--no-input'],
      cwd: directory,
      env: {
        MDOPS_CONFIG: join(directory, 'config/mdops.yaml'),
        MDOPS_STATE_DIR: join(directory, 'state'),
        MDOPS_LOG_DIR: join(directory, 'logs'),
        MDOPS_OPERATOR: ctx.environment.operator,
        ...env,
      },
      timeoutMs: COMMAND_MS,
      keepBytes: LARGEST_ANSWER,
      ...(signal === undefined ? {} : { signal }),
    });
    signal?.throwIfAborted();
    const stderr = `${result.stderr.head}${result.stderr.tail}`.trimEnd().split('\n');
    return {
      line: ['mdops', command, ...words].join(' '),
      exit: result.exitCode ?? -1,
      document: readDocument(result.stdout.head),
      durationMs: result.durationMs,
      lastWords: oneLine(result.failure ?? stderr.findLast((line) => line.startsWith('error:')) ?? stderr.at(-1) ?? ''),
    };
  };
}

function readDocument(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** The number at a path of a document, or null. */
export function numberAt(document: Readonly<Record<string, unknown>>, ...path: readonly string[]): number | null {
  const value = valueAt(document, path);
  return typeof value === 'number' ? value : null;
}

export function textAt(document: Readonly<Record<string, unknown>>, ...path: readonly string[]): string | null {
  const value = valueAt(document, path);
  return typeof value === 'string' ? value : null;
}

function valueAt(document: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = document;
  for (const key of path) value = isRecord(value) ? own(value, key) : undefined;
  return value;
}
