// Patterns of matchers, which match a whole value.

/** Whether the pattern matches one of the values. Prometheus has RE2, which knows less than this engine: what is no pattern here is not judged. */
export function acceptsAny(pattern: string, values: readonly string[]): boolean {
  try {
    const anchored = new RegExp(`^(?:${pattern})$`);
    return values.some((value) => anchored.test(value));
  } catch {
    return true;
  }
}
