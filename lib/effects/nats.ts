// NATS: request and reply under absolute deadlines.

import type { Secret } from '../base/secret.ts';

export interface NatsTls {
  /** PEM. Given, these issuers are trusted instead of the machine's. */
  readonly trustedIssuers?: string;
  readonly certificate?: string;
  readonly key?: Secret;
  /** For servers that speak TLS from the first byte. */
  readonly handshakeFirst?: boolean;
}

export interface NatsDetails {
  /** `nats://host:port`, or `tls://` to refuse anything but TLS; several separated by commas are tried in order. */
  readonly url: string | Secret;
  readonly user?: string;
  readonly password?: Secret;
  readonly token?: Secret;
  /** The content of a credentials file. */
  readonly credentials?: Secret;
  readonly tls?: NatsTls;
  /** From call to authenticated connection, over all servers. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Keep trying after a lost connection, for what runs for hours. Default: a lost connection stays lost. */
  readonly reconnect?: boolean;
}

export interface NatsMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Names as sent; the last value of each. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface NatsRequest {
  readonly subject: string;
  readonly data: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface NatsSubscription {
  stop(): void;
}

/** Every method throws a Fault with a code of `NATS_CODE` (lib/base/nats-codes.ts). */
export interface NatsConnection {
  /** A reply larger than the server's `max_payload` never leaves its sender: the request then times out. */
  request(request: NatsRequest): Promise<NatsMessage>;
  publish(subject: string, data: string | Uint8Array): void;
  /**
   * Answers requests, from the moment the server knows (when this resolves). Null, or a handler that throws, answers
   * nothing. Members of one `queue` share the requests.
   */
  respond(
    subject: string,
    handler: (message: NatsMessage) => Promise<string | Uint8Array | null>,
    queue?: string,
  ): Promise<NatsSubscription>;
  /** The server's limit for one message, both ways. */
  readonly maxPayloadBytes: number;
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
  /** Ends within half a second whatever the server does. */
  close(): Promise<void>;
}

export interface Nats {
  connect(details: NatsDetails): Promise<NatsConnection>;
}
