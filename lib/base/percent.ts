// Percent-encoded text as people type it: what is not encoded well stands for itself.

export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
