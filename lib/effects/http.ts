// HTTP requests under one absolute deadline that includes the body.

import type { Secret } from '../base/secret.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A Secret when the address itself is one (Slack webhooks). */
  readonly url: string | Secret;
  readonly headers?: Readonly<Record<string, string | Secret>>;
  readonly body?: string | Uint8Array;
  /** From call to last byte of the answer. */
  readonly timeoutMs: number;
  /** Default 1 MiB; a longer answer is a fault. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  /** Changes nothing although it is no GET: a dry run may send it. */
  readonly isProbe?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  text(): string;
  /** Throws a Fault (`http answer is not json`) for anything else. */
  json(): unknown;
  readonly durationMs: number;
}

/**
 * One attempt. Any complete answer resolves, whatever its status; redirects are answers too and are never followed.
 * Throws a Fault with a code of `HTTP_CODE` (lib/base/http-codes.ts) only when there is no complete answer. Messages show origin and path without
 * query, user info or anything from a Secret. The fault's facts say `mayHaveArrived`: whether the remote may have acted.
 */
export interface Http {
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Ends what is in flight (`http cancelled`) and every kept connection. */
  close(): Promise<void>;
}
