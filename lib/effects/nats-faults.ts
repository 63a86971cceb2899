// What goes wrong between us and a NATS server, in our words.

import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { Fault, systemCode } from '../base/fault.ts';
import { NATS_CODE, type NatsFailure } from '../base/nats-codes.ts';

interface Wording {
  readonly says: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly exit?: ExitCode;
}

const RUNNING = 'Check that nats-server is running and that the address and port are right.';

const WORDING = {
  refused: { says: 'connection refused', hint: RUNNING, retryable: true },
  unreachable: { says: 'no route to it', hint: 'Check the network.', retryable: true },
  unresolved: {
    says: 'its name does not resolve',
    hint: 'Check the host name and the resolver, or give an IP address.',
    retryable: true,
  },
  timedOut: { says: 'no answer in time', hint: 'See whether it is overloaded or stuck.', retryable: true },
  cancelled: { says: 'cancelled', hint: 'Run it again.', retryable: false },
  auth: {
    says: 'it does not accept the credentials',
    hint: 'Check NATS_USER and NATS_PASSWORD, the token or the credentials file.',
    retryable: false,
  },
  permission: {
    says: 'the account may not use this subject',
    hint: 'Ask for publish and subscribe permissions on the control-plane subjects.',
    retryable: false,
  },
  tls: {
    says: 'no trusted TLS connection',
    hint: 'Check the scheme, the certificate and its issuer.',
    retryable: false,
  },
  foreign: { says: 'what listens there is no NATS server', hint: RUNNING, retryable: false },
  noResponder: {
    says: 'nobody answers this subject',
    hint: 'Check that the service behind it is running and connected to the same server and account.',
    retryable: true,
  },
  lost: { says: 'the connection ended', hint: 'Look at the log of nats-server.', retryable: true },
  tooLarge: {
    says: 'the message is larger than the server allows',
    hint: 'Raise max_payload of nats-server, or use the HTTP control plane.',
    retryable: false,
  },
  address: {
    says: 'not a nats:// or tls:// address',
    hint: 'Correct the address in the configuration.',
    retryable: false,
    exit: EXIT.config,
  },
  subject: {
    says: 'not a valid subject',
    hint: 'Subjects are words joined by dots.',
    retryable: false,
    exit: EXIT.config,
  },
  failed: { says: 'the connection failed', hint: RUNNING, retryable: true },
} satisfies Record<NatsFailure, Wording>;

/** `what` is "reach NATS at host:port": free of secrets. */
export function natsFault(failure: NatsFailure, what: string, detail?: string): Fault {
  const wording: Wording = WORDING[failure];
  const says = detail === undefined ? wording.says : `${wording.says} (${detail})`;
  return new Fault(NATS_CODE[failure], `Cannot ${what}: ${says}`, {
    exit: wording.exit ?? EXIT.unavailable,
    retryable: wording.retryable,
    hint: wording.hint,
  });
}

/** The library's errors are told apart by name: its messages may quote what was sent. */
export function classifyNats(error: unknown, what: string): Fault {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 4; inner = inner.cause, depth += 1) {
    const failure = ofError(inner);
    if (failure !== undefined) return natsFault(failure, what);
  }
  return natsFault('failed', what);
}

function ofError(error: Error): NatsFailure | undefined {
  const system = systemCode(error);
  if (system !== undefined && TLS_CODE.test(system)) return 'tls';
  if (error.message.includes("does not support 'tls'")) return 'tls';
  if (error.message.includes('max_payload')) return 'tooLarge';
  if (error.message === 'connection closed') return 'lost';
  return BY_SYSTEM.get(system ?? '') ?? BY_NAME.get(error.name);
}

const TLS_CODE = /^(?:ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|EPROTO$|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_)/;

const BY_SYSTEM: ReadonlyMap<string, NatsFailure> = new Map<string, NatsFailure>([
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['EACCES', 'unreachable'],
  ['EPERM', 'unreachable'],
  ['ENOTFOUND', 'unresolved'],
  ['ETIMEDOUT', 'timedOut'],
  ['ECONNRESET', 'lost'],
  ['EPIPE', 'lost'],
]);

const BY_NAME: ReadonlyMap<string, NatsFailure> = new Map<string, NatsFailure>([
  ['NoResponders', 'noResponder'],
  ['TimeoutError', 'timedOut'],
  ['AuthorizationError', 'auth'],
  ['UserAuthenticationExpiredError', 'auth'],
  ['PermissionViolationError', 'permission'],
  ['InvalidSubjectError', 'subject'],
  ['ClosedConnectionError', 'lost'],
  ['DrainingConnectionError', 'lost'],
]);
