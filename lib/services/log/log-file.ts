// The file under a log: opened with the first line, written in batches, given up at the first refusal of the disk.

import { describeError, systemCode } from '../../base/fault.ts';
import { describeFileTrouble } from '../../base/file-trouble.ts';
import { stampInZone } from '../../base/zoned-time.ts';
import type { Clock } from '../../effects/clock.ts';
import type { AppendFile, Files } from '../../effects/files.ts';

export interface LogTrouble {
  readonly reason: string;
  /** Records that the file lacks. */
  readonly lost: number;
}

export interface LogFileOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly directory: string;
  readonly prefix: string;
  readonly zone: string;
}

export interface LogFile {
  write(line: string): void;
  drain(): Promise<void>;
  close(): Promise<void>;
  path(): string | null;
  trouble(): LogTrouble | null;
}

// Two runs of one command within a second are rare, a hundred are a mistake.
const MOST_NAMESAKES = 100;

// Lines of one turn of the event loop go out in one append: no timer, and a killed process loses that turn at most.
export function createLogFile(options: LogFileOptions): LogFile {
  let waiting: string[] = [];
  let draining: Promise<void> | null = null;
  let file: AppendFile | null = null;
  let path: string | null = null;
  let reason: string | null = null;
  let lost = 0;
  let closed = false;

  async function drain(): Promise<void> {
    // The first await keeps lines of this turn together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      await append(lines);
    }
    draining = null;
  }

  async function append(lines: readonly string[]): Promise<void> {
    if (reason !== null) {
      lost += lines.length;
      return;
    }
    try {
      if (file === null) {
        const opened = await openLogFile(options);
        file = opened.file;
        path = opened.path;
      }
      await file.append(lines.join(''), { durable: false });
    } catch (error) {
      // One refusal is enough: a full or read-only disk must not cost every later event a failed call.
      reason = describeFileTrouble(error).reason;
      lost += lines.length;
    }
  }

  function startDraining(): Promise<void> {
    draining ??= drain();
    return draining;
  }

  async function close(): Promise<void> {
    await startDraining();
    closed = true;
    try {
      await file?.close();
    } catch (error) {
      reason ??= describeError(error);
    }
    file = null;
  }

  return {
    write: (line) => {
      if (closed) {
        lost += 1;
        reason ??= 'the log was closed before the record came';
        return;
      }
      waiting.push(line);
      void startDraining();
    },
    drain: startDraining,
    close,
    path: () => path,
    trouble: () => (reason === null ? null : { reason, lost }),
  };
}

async function openLogFile(options: LogFileOptions): Promise<{ readonly file: AppendFile; readonly path: string }> {
  const { files, directory } = options;
  await files.makeDirectory(directory);
  const stem = `${safeName(options.prefix)}_${stampInZone(options.clock.wallMs(), options.zone)}`;
  for (let count = 1; ; count += 1) {
    const path = `${directory}/${stem}${count === 1 ? '' : `-${count}`}.log`;
    try {
      return { file: await files.openAppend(path, { exclusive: true }), path };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST' || count === MOST_NAMESAKES) throw error;
    }
  }
}

/** A prefix from the command line stays one file name in the log directory. */
function safeName(prefix: string): string {
  return (
    prefix
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 100) || 'mdops'
  );
}
