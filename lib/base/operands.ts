// How outside values follow a command's own options: behind `--`, where no getopt reads an option any more.

export function withOperands(
  command: readonly [string, ...string[]],
  operands: readonly string[],
): readonly [string, ...string[]] {
  return [...command, '--', ...operands];
}
