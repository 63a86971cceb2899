// The codes of NATS connections and requests that came to nothing.

export const NATS_CODE = {
  refused: 'nats connection refused',
  unreachable: 'nats unreachable',
  unresolved: 'nats name not resolved',
  timedOut: 'nats timed out',
  cancelled: 'nats cancelled',
  auth: 'nats authentication failed',
  permission: 'nats permission denied',
  tls: 'nats tls failed',
  foreign: 'nats server not recognised',
  noResponder: 'nats no responder',
  lost: 'nats connection lost',
  tooLarge: 'nats message too large',
  address: 'nats address invalid',
  subject: 'nats subject invalid',
  failed: 'nats failed',
} as const;
export type NatsFailure = keyof typeof NATS_CODE;
