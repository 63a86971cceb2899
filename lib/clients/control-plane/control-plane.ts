// The control plane of a live environment: three questions, answered or "could not look", never thrown.

import { CONTROL, type ControlSubject } from '../../base/control-subjects.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import {
  type ActiveSubscriptions,
  type BulkResult,
  type Contracts,
  isUnusable,
  readActive,
  readBulk,
  readContracts,
  type Unusable,
} from './answers.ts';

export interface AskOptions {
  /** From call to last byte. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface SendOptions extends AskOptions {
  /** Also where a breaker would leave the remote alone: for a caller that bounds its failures itself, as halving a batch does. */
  readonly insists?: boolean;
}

export type Looked<T> = ({ readonly ok: true } & T) | CouldNotLook;

export interface CouldNotLook {
  readonly ok: false;
  /** Stable: a code of CONTROL_CODE, NATS_CODE, HTTP_CODE or REMOTE_CODE. */
  readonly code: string;
  readonly reason: string;
  readonly retryable: boolean;
  readonly isRateLimited: boolean;
  /** Nothing came in time: a smaller question may succeed. */
  readonly isTimeout: boolean;
  readonly retryAfterMs: number | null;
  /** For callers that throw. */
  readonly fault: Fault;
}

export interface ControlPlane {
  listContracts(options: AskOptions): Promise<Looked<Contracts & WithBody>>;
  /** Without `limit` a list that is cut off is "could not look". */
  activeSubscriptions(
    options: AskOptions & { readonly limit?: number },
  ): Promise<Looked<ActiveSubscriptions & WithBody>>;
  /** Sent once; what was not accepted is for the caller to send again. */
  subscribeBulk(symbols: readonly string[], options: SendOptions): Promise<Looked<BulkResult>>;
  close(): Promise<void>;
}

export interface WithBody {
  /** The answer as it came, for readers that work on bytes. */
  readonly body: Uint8Array;
}

export const CONTROL_CODE = { unusable: 'control plane answer unusable' } as const;

/** One way of asking: NATS or HTTP. */
export interface ControlWire {
  ask(question: ControlQuestion): Promise<{ readonly ok: true; readonly body: Uint8Array } | CouldNotLook>;
  close(): Promise<void>;
}

export interface ControlQuestion extends AskOptions {
  readonly subject: ControlSubject;
  readonly body: string;
  /** Reading may be repeated. */
  readonly isRepeatable: boolean;
  /** Asked even where a breaker would leave the remote alone. */
  readonly mustAsk: boolean;
}

// Services answer a little before our own deadline, so that a slow source is told apart from a dead one.
const SERVICE_SHARE = 0.9;

export function createControlPlane(wire: ControlWire): ControlPlane {
  return {
    listContracts: async (options) => {
      const body = JSON.stringify({ timeout_s: Math.max(0.1, (options.timeoutMs * SERVICE_SHARE) / 1_000) });
      return look(
        wire,
        { ...options, subject: CONTROL.contracts, body, isRepeatable: true, mustAsk: true },
        readContracts,
      );
    },
    activeSubscriptions: async ({ limit, ...options }) => {
      const body = JSON.stringify(limit === undefined ? {} : { limit });
      const question = { ...options, subject: CONTROL.active, body, isRepeatable: true, mustAsk: true };
      return look(wire, question, (answer) => readActive(answer, limit));
    },
    subscribeBulk: async (symbols, { insists = false, ...options }) => {
      const body = JSON.stringify({ symbols });
      const question = { ...options, subject: CONTROL.subscribe, body, isRepeatable: false, mustAsk: insists };
      return look(wire, question, (answer) => readBulk(answer, symbols));
    },
    close: () => wire.close(),
  };
}

async function look<T extends object>(
  wire: ControlWire,
  question: ControlQuestion,
  read: (body: Uint8Array) => T | Unusable,
): Promise<Looked<T & WithBody>> {
  const answer = await wire.ask(question);
  if (!answer.ok) return answer;
  const found = read(answer.body);
  if (isUnusable(found)) return couldNotUse(question.subject, found);
  return { ok: true, ...found, body: answer.body };
}

function couldNotUse(subject: ControlSubject, { problem, isRateLimited = false }: Unusable): CouldNotLook {
  const fault = new Fault(CONTROL_CODE.unusable, `Cannot use the answer of ${subject}: ${problem}`, {
    exit: EXIT.unknown,
    retryable: isRateLimited,
    hint: isRateLimited ? 'Wait, or ask less often.' : 'Look at the log of the market-data service.',
  });
  return couldNotLook(fault, { isRateLimited });
}

export function couldNotLook(
  fault: Fault,
  more: { readonly isRateLimited?: boolean; readonly isTimeout?: boolean; readonly retryAfterMs?: number | null } = {},
): CouldNotLook {
  return {
    ok: false,
    code: fault.code,
    reason: fault.message,
    retryable: fault.retryable,
    isRateLimited: more.isRateLimited ?? false,
    isTimeout: more.isTimeout ?? false,
    retryAfterMs: more.retryAfterMs ?? null,
    fault,
  };
}
