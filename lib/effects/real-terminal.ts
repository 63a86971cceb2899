// The process's own stdin, stdout and stderr. A reader that went away (EPIPE) is not an error.

import type { Terminal } from './terminal.ts';

export function createTerminal(): Terminal {
  ignoreClosedPipe(process.stdout);
  ignoreClosedPipe(process.stderr);
  return {
    stdoutIsTty: process.stdout.isTTY === true,
    stderrIsTty: process.stderr.isTTY === true,
    stdinIsTty: process.stdin.isTTY === true,
    get columns() {
      return process.stdout.columns ?? process.stderr.columns ?? 100;
    },
    out: (text) => {
      process.stdout.write(text);
    },
    err: (text) => {
      process.stderr.write(text);
    },
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
