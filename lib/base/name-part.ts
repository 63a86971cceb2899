// Any word as one part of a document's name: a slash in it makes no folder, which nobody would look into.

export function namePart(word: string): string {
  return word.replace(/[%/]/g, encodeURIComponent);
}

export function wordOf(part: string): string {
  return part.replace(/%(?:25|2F)/g, decodeURIComponent);
}
