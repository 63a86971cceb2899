// The process's own stdin, stdout and stderr. A reader that went away (EPIPE) is not an error.

import { isatty } from 'node:tty';
import type { Terminal } from './terminal.ts';

export function createTerminal(): Terminal {
  const guarded = new Set<NodeJS.WriteStream>();
  // Touching process.stdin, stdout or stderr builds a stream; what is not written to need not be built.
  const write = (stream: NodeJS.WriteStream, text: string): void => {
    if (!guarded.has(stream)) ignoreClosedPipe(stream);
    guarded.add(stream);
    stream.write(text);
  };
  return {
    stdoutIsTty: isatty(1),
    stderrIsTty: isatty(2),
    stdinIsTty: isatty(0),
    get columns() {
      return process.stdout.columns ?? process.stderr.columns ?? 100;
    },
    out: (text) => write(process.stdout, text),
    err: (text) => write(process.stderr, text),
    readLine,
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
