// Progress of anything longer than a second: a live line on a terminal, plain lines now and then elsewhere.

import { formatDuration } from '../base/duration.ts';
import type { Paint } from '../base/paint.ts';
import { oneLine } from '../base/sanitize.ts';
import type { Clock } from '../effects/clock.ts';
import type { Terminal } from '../effects/terminal.ts';

export interface Progress {
  /** Shows what is being done now. Cheap: call it as often as you like. */
  update(text: string): void;
  /** Removes the live line so that other output can be written. */
  clear(): void;
}

const FIRST_AFTER_MS = 1_000;
const PLAIN_EVERY_MS = 10_000;
const LIVE_EVERY_MS = 100;

export function createProgress(terminal: Terminal, clock: Clock, paint: Paint, isQuiet: boolean): Progress {
  const since = clock.monotonicMs();
  let lastMs = Number.NEGATIVE_INFINITY;
  let isShown = false;
  const clear = (): void => {
    if (isShown) terminal.err('\r\u001b[K');
    isShown = false;
  };
  return {
    update: (text) => {
      const now = clock.monotonicMs();
      const every = terminal.stderrIsTty ? LIVE_EVERY_MS : PLAIN_EVERY_MS;
      if (isQuiet || now - since < FIRST_AFTER_MS || now - lastMs < every) return;
      lastMs = now;
      const line = oneLine(text, Math.max(20, terminal.columns - 12));
      const elapsed = paint.faint(formatDuration(now - since).padStart(6));
      clear();
      terminal.err(terminal.stderrIsTty ? `${elapsed}  ${line}` : `${elapsed}  ${line}\n`);
      isShown = terminal.stderrIsTty;
    },
    clear,
  };
}
