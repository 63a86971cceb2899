// What a person sees: stdout is the answer, stderr is the story.

export interface Terminal {
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  readonly stdinIsTty: boolean;
  readonly columns: number;
  /** Resolves when all that was said has left this process, or its reader has gone away. */
  drained(): Promise<void>;
  /** Resolves when handed over; a closed pipe is not an error. */
  out(text: string): void;
  err(text: string): void;
  /** Reads one line from stdin; null at its end. Callers check `stdinIsTty` first. */
  readLine(prompt: string, signal: AbortSignal): Promise<string | null>;
}
