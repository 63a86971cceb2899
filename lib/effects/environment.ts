// The process environment, read once.

export interface Environment {
  get(name: string): string | undefined;
  all(): Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly host: string;
  /** The network namespace: kernel locks are not seen across it. */
  readonly namespace: string;
  readonly operator: string;
  readonly pid: number;
}
