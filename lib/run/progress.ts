// Progress of anything longer than a second: a live line or table on a terminal, plain lines now and then elsewhere.

import { formatDuration } from '../base/duration.ts';
import type { Paint } from '../base/paint.ts';
import { oneLine, sanitize } from '../base/sanitize.ts';
import type { Clock } from '../effects/clock.ts';
import type { Terminal } from '../effects/terminal.ts';

export interface Progress {
  /** Shows what is being done now; on a terminal with the lines of a table below. Cheap: call it as often as you like. */
  update(text: string, below?: readonly string[]): void;
  /** Removes what is live so that other output can be written. */
  clear(): void;
}

const FIRST_AFTER_MS = 1_000;
const PLAIN_EVERY_MS = 10_000;
const LIVE_EVERY_MS = 100;
// More would scroll on a small terminal, and what has scrolled cannot be taken back.
const MOST_ROWS = 16;

export function createProgress(terminal: Terminal, clock: Clock, paint: Paint, isQuiet: boolean): Progress {
  const since = clock.monotonicMs();
  let lastMs = Number.NEGATIVE_INFINITY;
  let shownLines = 0;
  const clear = (): void => {
    if (shownLines > 0) terminal.err(`\r\u001b[K${'\u001b[1A\u001b[K'.repeat(shownLines - 1)}`);
    shownLines = 0;
  };
  return {
    update: (text, below = []) => {
      const now = clock.monotonicMs();
      const every = terminal.stderrIsTty ? LIVE_EVERY_MS : PLAIN_EVERY_MS;
      if (isQuiet || now - since < FIRST_AFTER_MS || now - lastMs < every) return;
      lastMs = now;
      const line = oneLine(text, Math.max(20, terminal.columns - 12));
      const elapsed = paint.faint(formatDuration(now - since).padStart(6));
      clear();
      if (!terminal.stderrIsTty) return terminal.err(`${elapsed}  ${line}\n`);
      // A line that wraps could not be taken back.
      const width = Math.max(20, terminal.columns - 12);
      const rows = below.slice(0, MOST_ROWS).map((row) => sanitize(row).replaceAll('\n', ' ').slice(0, width));
      terminal.err([`${elapsed}  ${line}`, ...rows.map((row) => `        ${row}`)].join('\n'));
      shownLines = 1 + rows.length;
    },
    clear,
  };
}
