// A sliding window on the caller's side of a limit that the other side enforces: as full as it can be, never over.

export interface RateLimit {
  readonly max: number;
  readonly windowMs: number;
}

/** Units under way, or in the window. */
export interface Slot {
  readonly units: number;
}

export interface RateWindow {
  /** Units that may be sent now. */
  available(nowMs: number): number;
  /** How long until anything may be sent: 0 now; null when only an answer to what is under way can tell. */
  waitMs(nowMs: number): number | null;
  take(units: number): Slot;
  /** Call when the answer, or the failure, has come. */
  end(slot: Slot, nowMs: number): void;
  /** The other side says that its window is full: nothing is sent before. */
  pause(untilMs: number): void;
}

// Two machines' clocks run apart by up to 0.05 % while NTP slews one of them; timers and millisecond clocks add the rest.
const DRIFT = 0.001;
const LEAST_MARGIN_MS = 1;

/**
 * The other side counts a request somewhere between its sending and its answer. So a unit leaves our window a whole
 * window after its *answer*, and the next one can never arrive too early, whatever the network's delays. The price is one
 * round trip per window.
 */
export function createRateWindow({ max, windowMs }: RateLimit): RateWindow {
  const holdMs = windowMs + Math.max(LEAST_MARGIN_MS, windowMs * DRIFT);
  const underWay = new Set<Slot>();
  let held: { readonly units: number; readonly untilMs: number }[] = [];
  let used = 0;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;

  const release = (nowMs: number): void => {
    const kept = held.filter(({ units, untilMs }) => {
      if (untilMs <= nowMs) used -= units;
      return untilMs > nowMs;
    });
    held = kept;
  };
  return {
    available: (nowMs) => {
      release(nowMs);
      return nowMs < pausedUntilMs ? 0 : Math.max(0, max - used);
    },
    waitMs: (nowMs) => {
      release(nowMs);
      const pauseMs = Math.max(0, pausedUntilMs - nowMs);
      if (used < max) return pauseMs;
      const nextMs = held.reduce((least, { untilMs }) => Math.min(least, untilMs), Number.POSITIVE_INFINITY);
      return nextMs === Number.POSITIVE_INFINITY ? null : Math.max(pauseMs, nextMs - nowMs);
    },
    take: (units) => {
      const slot = { units };
      underWay.add(slot);
      used += units;
      return slot;
    },
    end: (slot, nowMs) => {
      if (underWay.delete(slot)) held.push({ units: slot.units, untilMs: nowMs + holdMs });
    },
    pause: (untilMs) => {
      pausedUntilMs = Math.max(pausedUntilMs, untilMs);
    },
  };
}
