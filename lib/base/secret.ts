// A value that must not be seen: prints as `<secret>` everywhere, revealed in one call at the socket.

const MASK = '<secret>';

export class Secret {
  readonly #value: string;
  /** Where it came from (`SLACK_WEBHOOK_URL`, `credential slack`), for `config show`. */
  readonly source: string;

  constructor(value: string, source: string) {
    this.#value = value;
    this.source = source;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.toPrimitive](): string {
    return MASK;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK;
  }
}
