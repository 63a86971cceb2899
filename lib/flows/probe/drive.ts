// The arrivals of a probe, at a fixed rate whatever the target does: a slow answer must not make the next question wait.

import { createTally, type ProbeAnswer, type Tallied } from '../../domain/probe/tally.ts';
import type { Context } from '../../run/context.ts';
import type { Asker } from './ask.ts';
import type { ProbePlan } from './plan.ts';

export interface Driven {
  readonly tallied: Tallied;
  /** From the first arrival's moment to the last answer. */
  readonly tookMs: number;
  /** Sent and cancelled before they were answered. */
  readonly unfinished: number;
  /** The most that this side was late with sending; latencies include it. */
  readonly latestMs: number;
  readonly isInterrupted: boolean;
}

export interface Seen {
  readonly arrivals: number;
  readonly good: number;
  readonly inFlight: number;
}

type Ctx = Pick<Context, 'clock' | 'signal'>;

// The rate times the deadline of most probes; a socket and some memory for each.
const MOST_IN_FLIGHT = 1_000;
// Node's sockets get their turn when this side is late.
const MOST_AT_ONCE = 32;
const NOT_SENT: ProbeAnswer = {
  ok: false,
  error: 'not sent',
  isOurs: true,
  detail: `${MOST_IN_FLIGHT} questions were open until its deadline had passed`,
};

export async function drive(
  { clock, signal }: Ctx,
  plan: ProbePlan,
  asker: Asker,
  watch: (seen: Seen) => void,
): Promise<Driven> {
  const tally = createTally(plan.arrivals, plan.timeoutMs);
  const gate = createGate();
  const startMs = clock.monotonicMs();
  let latestMs = 0;
  let unfinished = 0;
  const ask = async (dueMs: number): Promise<void> => {
    const timeoutMs = dueMs + plan.timeoutMs - clock.monotonicMs();
    const answer = timeoutMs <= 0 || signal.aborted ? NOT_SENT : await asker.ask({ timeoutMs, signal });
    if (signal.aborted && !answer.ok) unfinished += 1;
    else tally.add(clock.monotonicMs() - dueMs, answer);
    gate.leave();
    watch({ ...tally.counts, inFlight: gate.inside() });
  };
  for (let arrival = 0; arrival < plan.arrivals && !signal.aborted; arrival += 1) {
    const dueMs = startMs + (arrival / plan.rate) * 1_000;
    if (arrival % MOST_AT_ONCE === 0 || clock.monotonicMs() < dueMs) await untilDue(clock, dueMs, signal);
    if (signal.aborted) break;
    // Whoever is inside leaves within its deadline, or at once when the run is cancelled.
    await gate.enter();
    latestMs = Math.max(latestMs, clock.monotonicMs() - dueMs);
    void ask(dueMs);
    watch({ ...tally.counts, inFlight: gate.inside() });
  }
  await gate.empty();
  const tookMs = clock.monotonicMs() - startMs;
  return { tallied: tally.finish(), tookMs, unfinished, latestMs, isInterrupted: signal.aborted };
}

/** Timers may fire a little early; a latency that begins before its arrival would be too short. */
async function untilDue(clock: Ctx['clock'], dueMs: number, signal: AbortSignal): Promise<void> {
  do {
    const ended = await clock.sleep(Math.max(0, dueMs - clock.monotonicMs()), signal).then(
      () => false,
      () => true,
    );
    if (ended) return;
  } while (clock.monotonicMs() < dueMs);
}

interface Gate {
  enter(): Promise<void>;
  leave(): void;
  inside(): number;
  /** Resolves once nobody is inside. */
  empty(): Promise<void>;
}

function createGate(): Gate {
  let inside = 0;
  let waiting: { readonly below: number; readonly go: () => void } | null = null;
  const untilBelow = (below: number): Promise<void> =>
    new Promise((go) => {
      if (inside < below) go();
      else waiting = { below, go };
    });
  return {
    enter: async () => {
      if (inside >= MOST_IN_FLIGHT) await untilBelow(MOST_IN_FLIGHT);
      inside += 1;
    },
    leave: () => {
      inside -= 1;
      if (waiting === null || inside >= waiting.below) return;
      const { go } = waiting;
      waiting = null;
      go();
    },
    inside: () => inside,
    empty: () => untilBelow(1),
  };
}
