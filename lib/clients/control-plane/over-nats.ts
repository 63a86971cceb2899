// The control plane over NATS: one connection, made at the first question and again after it was lost.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault, isFault } from '../../base/fault.ts';
import { NATS_CODE } from '../../base/nats-codes.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Nats, NatsConnection, NatsDetails } from '../../effects/nats.ts';
import { circuitOpen } from '../../services/remote/answer.ts';
import type { Breaker } from '../../services/remote/breaker.ts';
import { type ControlQuestion, type ControlWire, couldNotLook } from './control-plane.ts';

export interface NatsWireDetails {
  readonly nats: Nats;
  readonly clock: Clock;
  readonly server: Omit<NatsDetails, 'timeoutMs' | 'signal'>;
  readonly breaker?: Breaker;
  /** Asked before each request: traceparent. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

type Evidence = Parameters<Breaker['leave']>[0];

export function createNatsWire(details: NatsWireDetails): ControlWire {
  const { clock } = details;
  let connecting: Promise<NatsConnection> | null = null;

  const connectOnce = (question: ControlQuestion): Promise<NatsConnection> => {
    const { signal, timeoutMs } = question;
    const attempt = details.nats.connect({ ...details.server, timeoutMs, ...(signal === undefined ? {} : { signal }) });
    connecting = attempt;
    const forget = (): void => {
      if (connecting === attempt) connecting = null;
    };
    attempt.then(({ closed }) => closed.then(forget), forget);
    return attempt;
  };

  const askOnce = async (question: ControlQuestion): Promise<Uint8Array> => {
    const endsMs = clock.monotonicMs() + question.timeoutMs;
    // A connection that an earlier question began has that one's deadline.
    const connection = await within(clock, question, connecting ?? connectOnce(question));
    const { subject, body: data, signal } = question;
    const headers = details.headers?.();
    const reply = await connection.request({
      subject,
      data,
      timeoutMs: Math.max(0, endsMs - clock.monotonicMs()),
      ...(headers === undefined ? {} : { headers }),
      ...(signal === undefined ? {} : { signal }),
    });
    return reply.data;
  };

  return {
    ask: async (question) => {
      const entry = (await details.breaker?.enter({ mustLook: question.mustAsk })) ?? { allowed: true };
      if (!entry.allowed) {
        return couldNotLook(circuitOpen('the control plane', entry), { retryAfterMs: entry.waitMs });
      }
      try {
        const body = await askOnce(question);
        await details.breaker?.leave('alive');
        return { ok: true, body };
      } catch (error) {
        if (!isFault(error)) throw error;
        await details.breaker?.leave(evidenceOf(error), error.message);
        return couldNotLook(error, { isTimeout: error.code === NATS_CODE.timedOut });
      }
    },
    close: async () => {
      const connection = await connecting?.catch(() => null);
      await connection?.close();
    },
  };
}

async function within<T>(clock: Clock, question: ControlQuestion, work: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const late = clock.sleep(question.timeoutMs, settled.signal).then(() => {
    throw new Fault(NATS_CODE.timedOut, `Cannot ask ${question.subject}: no connection in ${question.timeoutMs} ms`, {
      exit: EXIT.unavailable,
      retryable: true,
      hint: 'See whether nats-server is overloaded or stuck.',
    });
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    settled.abort();
  }
}

function evidenceOf(fault: Fault): Evidence {
  return EVIDENCE.get(fault.code) ?? 'failing';
}

const EVIDENCE: ReadonlyMap<string, Evidence> = new Map<string, Evidence>([
  [NATS_CODE.cancelled, 'unproven'],
  [NATS_CODE.address, 'unproven'],
  [NATS_CODE.subject, 'unproven'],
  [NATS_CODE.tooLarge, 'unproven'],
  [NATS_CODE.auth, 'alive'],
  [NATS_CODE.permission, 'alive'],
]);
