// The codes of requests that got no complete answer.

export const HTTP_CODE = {
  refused: 'http connection refused',
  reset: 'http connection reset',
  unreachable: 'http unreachable',
  unresolved: 'http name not resolved',
  tls: 'http tls failed',
  timedOut: 'http timed out',
  cancelled: 'http cancelled',
  tooLarge: 'http answer too large',
  truncated: 'http answer truncated',
  malformed: 'http answer malformed',
  notJson: 'http answer is not json',
  address: 'http address invalid',
  request: 'http request invalid',
  failed: 'http failed',
} as const;
export type HttpFailure = keyof typeof HTTP_CODE;
