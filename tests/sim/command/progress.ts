// How far the search is: a live line for people, a plain one every ten seconds for logs.

const LINE_EVERY_MS = 10_000;
const LIVE_EVERY_MS = 200;
const CLEAR = '\r\x1b[2K';

export interface Progress {
  /** Weight of what is done so far, nights played, invariants broken. */
  show(done: number, played: number, broken: number): void;
  /** At once: who searches for an hour wants to look at the first one meanwhile. */
  found(text: string): void;
  /** Takes the live line away. */
  clear(): void;
}

const SILENT: Progress = { show: () => {}, found: () => {}, clear: () => {} };

/** Whoever reads JSON wants to hear nothing else. */
export function createProgress(total: number, isSilent: boolean): Progress {
  if (isSilent) return SILENT;
  const { stderr } = process;
  const isLive = stderr.isTTY === true;
  const since = performance.now();
  let shownMs = since;
  return {
    show: (done, played, broken) => {
      const now = performance.now();
      if (now - shownMs < (isLive ? LIVE_EVERY_MS : LINE_EVERY_MS)) return;
      shownMs = now;
      const seconds = (now - since) / 1_000;
      const left = done === 0 ? '' : `, ${formatSeconds((seconds / done) * Math.max(0, total - done))} left`;
      const rate = Math.round(played / seconds);
      const text = `${Math.floor((100 * done) / total)} %  ${count(played)} nights, ${count(rate)} a second, ${broken} broken${left}`;
      stderr.write(isLive ? `${CLEAR}${text}` : `${text}\n`);
    },
    found: (text) => void stderr.write(`${isLive ? CLEAR : ''}${text}\n`),
    clear: () => {
      if (isLive) stderr.write(CLEAR);
    },
  };
}

/** 1234567 → 1,234,567 */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (whole < 120) return `${whole} s`;
  return whole < 7_200 ? `${Math.round(whole / 60)} min` : `${(whole / 3_600).toFixed(1)} h`;
}
