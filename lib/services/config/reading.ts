// What reading one value gives: the value, or what was wanted instead.

export type Reading<T = unknown> =
  | { readonly ok: true; readonly value: T }
  /** `found` when it is about a part of the value, such as one entry of a list. */
  | { readonly ok: false; readonly wanted: string; readonly found?: string };

export function right<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function wrong(wanted: string): Reading<never> {
  return { ok: false, wanted };
}
