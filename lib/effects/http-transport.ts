// What moves the bytes of one exchange. Deadlines, caps, secrets and faults belong to the layer above.

export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Aborted when the answer is not wanted any more; everything of the exchange ends with it. */
  readonly signal: AbortSignal;
}

export interface AnswerSink {
  head(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void;
  data(chunk: Uint8Array): void;
}

export interface Transport {
  /** Resolves when the answer has ended as its framing says; rejects with the system's or library's error otherwise. */
  exchange(exchange: Exchange, sink: AnswerSink): Promise<void>;
  close(): Promise<void>;
}

export interface TransportOptions {
  /** PEM. Given, these issuers are trusted instead of the machine's. */
  readonly trustedIssuers?: string;
}
