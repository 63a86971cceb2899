// What reading one value gives: the value, or what was wanted instead.

export type Reading<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly wanted: string };

export function right<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function wrong(wanted: string): Reading<never> {
  return { ok: false, wanted };
}
