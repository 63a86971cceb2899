// Plain TCP: does an address accept, and what does it say first?

export type Contact =
  /** `greeting` is the first line when one was asked for, else empty. */
  { readonly ok: true; readonly greeting: string } | { readonly ok: false; readonly reason: string };

export interface ContactRequest {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** Wait for the first line that the other side sends. */
  readonly wantsGreeting: boolean;
  readonly signal?: AbortSignal;
}

/** Never throws; ends within the timeout and leaves nothing open. */
export interface Sockets {
  contact(request: ContactRequest): Promise<Contact>;
}
