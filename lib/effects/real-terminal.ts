// The process's own stdin, stdout and stderr. A reader that went away (EPIPE) is not an error.

import { fstatSync } from 'node:fs';
import type { Terminal } from './terminal.ts';
import { writeNow } from './write-now.ts';

export function createTerminal(): Terminal {
  const streams: Streams = new Map();
  const [stdinIsTty, stdoutIsTty, stderrIsTty] = [isTerminal(0), isTerminal(1), isTerminal(2)];
  return {
    stdoutIsTty,
    stderrIsTty,
    stdinIsTty,
    get columns() {
      if (stdoutIsTty) return process.stdout.columns;
      return stderrIsTty ? process.stderr.columns : 100;
    },
    drained: async () => {
      for (const stream of streams.values()) await new Promise<void>((resolve) => stream.write('', () => resolve()));
    },
    out: (text) => write(streams, 1, text),
    err: (text) => write(streams, 2, text),
    readLine,
  };
}

// Linux's major number of /dev/null and its like, which timers have for their stdin.
const MEMORY_DEVICES = 1;

/** Only a character device can be a terminal; node:tty, which tells, brings node:net and the streams with it. */
function isTerminal(fd: number): boolean {
  try {
    const device = fstatSync(fd);
    if (!device.isCharacterDevice() || device.rdev >> 8 === MEMORY_DEVICES) return false;
    return process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    // Closed.
    return false;
  }
}

type Streams = Map<1 | 2, NodeJS.WriteStream>;

/** What cannot be written at once goes through the stream, and from then on everything does: order is kept. */
function write(streams: Streams, fd: 1 | 2, text: string): void {
  const stream = streams.get(fd);
  if (stream !== undefined) {
    stream.write(text);
    return;
  }
  const rest = writeNow(fd, text);
  if (rest === null) return;
  const opened = fd === 1 ? process.stdout : process.stderr;
  ignoreClosedPipe(opened);
  streams.set(fd, opened);
  opened.write(rest);
}

function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}

async function readLine(prompt: string, signal: AbortSignal): Promise<string | null> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: process.stdin.isTTY === true,
  });
  try {
    return await new Promise<string | null>((resolve, reject) => {
      const leave = (): void => {
        // What is said next must not stand behind the question.
        writeNow(2, '\n');
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      lines.once('close', () => resolve(null));
      // readline swallows Ctrl-C; hand it back so that the run is cancelled as anywhere else.
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      lines.question(prompt, resolve);
    });
  } finally {
    lines.close();
    process.stdin.unref?.();
  }
}
