// How many of what, in words: `1 backup`, `3 backups`.

export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}
