// What goes wrong between us and an HTTP server, in our words: never a library's message, which may quote the address.

import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { Fault, systemCode } from '../base/fault.ts';
import { HTTP_CODE, type HttpFailure } from '../base/http-codes.ts';

interface Wording {
  readonly says: string;
  readonly hint: string;
  readonly retryable: boolean;
  /** False when the remote cannot have seen the whole request, so that sending again cannot act twice. */
  readonly mayHaveArrived: boolean;
  readonly exit?: ExitCode;
}

const RUNNING = 'Check that the service is running and that the address and port are right.';
const BEHIND = 'Something between here and the service may be closing connections: look at its log and at proxies.';
const SPEAKS = 'Check that the address is the service itself and not something else on that port.';

const WORDING = {
  refused: { says: 'connection refused', hint: RUNNING, retryable: true, mayHaveArrived: false },
  unreachable: { says: 'no route to it', hint: 'Check the network.', retryable: true, mayHaveArrived: false },
  unresolved: {
    says: 'its name does not resolve',
    hint: 'Check the host name and the resolver, or give an IP address.',
    retryable: true,
    mayHaveArrived: false,
  },
  tls: {
    says: 'no trusted TLS connection',
    hint: 'Check the scheme, the certificate and its issuer.',
    retryable: false,
    mayHaveArrived: false,
  },
  reset: { says: 'connection closed without an answer', hint: BEHIND, retryable: true, mayHaveArrived: true },
  timedOut: {
    says: 'no complete answer in time',
    hint: 'See whether it is overloaded or stuck.',
    retryable: true,
    mayHaveArrived: true,
  },
  cancelled: { says: 'cancelled', hint: 'Run it again.', retryable: false, mayHaveArrived: true },
  tooLarge: { says: 'its answer is too large', hint: SPEAKS, retryable: false, mayHaveArrived: true },
  truncated: { says: 'its answer stopped half-way', hint: BEHIND, retryable: true, mayHaveArrived: true },
  malformed: { says: 'what it answers is not HTTP', hint: SPEAKS, retryable: false, mayHaveArrived: true },
  notJson: { says: 'its answer is not JSON', hint: SPEAKS, retryable: false, mayHaveArrived: true },
  address: {
    says: 'not an http:// or https:// address',
    hint: 'Correct the address in the configuration.',
    retryable: false,
    mayHaveArrived: false,
    exit: EXIT.config,
  },
  request: {
    says: 'a header is not valid',
    hint: 'Look for line breaks or control characters in tokens and header values.',
    retryable: false,
    mayHaveArrived: false,
    exit: EXIT.config,
  },
  failed: { says: 'the connection failed', hint: RUNNING, retryable: true, mayHaveArrived: true },
} satisfies Record<HttpFailure, Wording>;

/** `what` is "POST http://host/path": already free of secrets. */
export function httpFault(failure: HttpFailure, what: string, detail?: string, system?: string): Fault {
  const wording: Wording = WORDING[failure];
  const says = detail === undefined ? wording.says : `${wording.says} (${detail})`;
  return new Fault(HTTP_CODE[failure], `Cannot ${what}: ${says}`, {
    exit: wording.exit ?? EXIT.unavailable,
    retryable: wording.retryable,
    hint: wording.hint,
    facts: { mayHaveArrived: wording.mayHaveArrived, ...(system === undefined ? {} : { system }) },
  });
}

/** Our fault for what a transport threw. After the head has come, a lost connection is a truncated answer. */
export function classify(error: unknown, what: string, headSeen: boolean): Fault {
  const system = systemCode(error);
  // undici's parse errors come without a code.
  if (system === undefined) return httpFault(isNamed(error, 'HTTPParserError') ? 'malformed' : 'failed', what);
  const tls = TLS_DETAIL.get(system) ?? (TLS_CODE.test(system) ? 'the other side does not speak TLS' : undefined);
  if (tls !== undefined) return httpFault('tls', what, tls, system);
  const failure = SYSTEM_FAILURE.get(system) ?? (system.startsWith('HPE_') ? 'malformed' : 'failed');
  if (failure === 'reset' && isTlsHandshake(error)) return httpFault('tls', what, 'closed in the handshake', system);
  if (headSeen && (failure === 'reset' || system === 'HPE_INVALID_EOF_STATE')) {
    return httpFault('truncated', what, undefined, system);
  }
  return httpFault(failure, what, undefined, system);
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

// Node has no code of its own for a handshake that the other side ended.
function isTlsHandshake(error: unknown): boolean {
  return error instanceof Error && error.message.includes('before secure TLS connection');
}

const TLS_CODE = /^(?:ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|EPROTO$)/;
const TLS_DETAIL = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate chain is self-signed'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate has an unknown issuer'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'its certificate has an unknown issuer'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate has an unknown issuer'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['CERT_UNTRUSTED', 'its certificate is not trusted'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
]);

const SYSTEM_FAILURE: ReadonlyMap<string, HttpFailure> = new Map<string, HttpFailure>([
  ['ECONNREFUSED', 'refused'],
  ['ENOENT', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['EACCES', 'unreachable'],
  ['EPERM', 'unreachable'],
  ['ENOTFOUND', 'unresolved'],
  ['EAI_AGAIN', 'unresolved'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  ['UND_ERR_SOCKET', 'reset'],
  ['ETIMEDOUT', 'timedOut'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timedOut'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'truncated'],
  ['UND_ERR_HEADERS_OVERFLOW', 'malformed'],
  ['ERR_INVALID_CHAR', 'request'],
  ['ERR_INVALID_HTTP_TOKEN', 'request'],
  ['UND_ERR_INVALID_ARG', 'request'],
]);
