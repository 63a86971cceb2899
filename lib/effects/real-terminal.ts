// The process's own stdin, stdout and stderr. A reader that went away (EPIPE) is not an error.

import { isatty } from 'node:tty';
import type { Terminal } from './terminal.ts';
import { writeNow } from './write-now.ts';

export function createTerminal(): Terminal {
  const write = createWriter();
  return {
    stdoutIsTty: isatty(1),
    stderrIsTty: isatty(2),
    stdinIsTty: isatty(0),
    get columns() {
      if (isatty(1)) return process.stdout.columns;
      return isatty(2) ? process.stderr.columns : 100;
    },
    out: (text) => write(1, text),
    err: (text) => write(2, text),
    readLine,
  };
}

/** What cannot be written at once goes through the stream, and from then on everything does: order is kept. */
function createWriter(): (fd: 1 | 2, text: string) => void {
  const streams = new Map<1 | 2, NodeJS.WriteStream>();
  return (fd, text) => {
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
  };
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
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
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
