// The control plane over NATS: one connection, made at the first question and again after it was lost.

import { type Fault, isFault } from '../../base/fault.ts';
import { NATS_CODE } from '../../base/nats-codes.ts';
import type { Nats, NatsConnection, NatsDetails } from '../../effects/nats.ts';
import { circuitOpen } from '../../services/remote/answer.ts';
import type { Breaker } from '../../services/remote/breaker.ts';
import { type ControlQuestion, type ControlWire, couldNotLook } from './control-plane.ts';

export interface NatsWireDetails {
  readonly nats: Nats;
  readonly server: Omit<NatsDetails, 'timeoutMs' | 'signal'>;
  readonly breaker?: Breaker;
  /** Asked before each request: traceparent. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

type Evidence = Parameters<Breaker['leave']>[0];

interface Remaining {
  ms(): number;
}

export function createNatsWire(details: NatsWireDetails, startTimer: (timeoutMs: number) => Remaining): ControlWire {
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
    const remaining = startTimer(question.timeoutMs);
    const connection = await (connecting ?? connectOnce(question));
    const { subject, body: data, signal } = question;
    const headers = details.headers?.();
    const reply = await connection.request({
      subject,
      data,
      timeoutMs: remaining.ms(),
      ...(headers === undefined ? {} : { headers }),
      ...(signal === undefined ? {} : { signal }),
    });
    return reply.data;
  };

  return {
    ask: async (question) => {
      const entry = (await details.breaker?.enter()) ?? { allowed: true };
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
