// The nearest known word to a mistyped one, for "did you mean".

/** The known word within a third of the typed word's length (at least 2 edits), or `undefined` when none is near. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const plain = fold(typed);
  let best: string | undefined;
  let bestEdits = Math.max(2, Math.floor(Math.min(typed.length, 60) / 3)) + 1;
  for (const word of known) {
    const edits = countEdits(plain, fold(word), bestEdits);
    if (edits >= bestEdits) continue;
    best = word;
    bestEdits = edits;
  }
  return best;
}

// `lag-warning`, `lagWarning` and `lag_warning` are the same intention.
function fold(word: string): string {
  return word
    .slice(0, 80)
    .toLowerCase()
    .replace(/[-_ .]/g, '');
}

/** Edits between two words with neighbour swaps counted as one; stops caring at `limit`. */
function countEdits(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let older: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, (older[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    older = previous;
    previous = current;
  }
  return previous[right.length] ?? limit;
}
