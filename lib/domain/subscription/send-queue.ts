// The order of sending, and how large a request may be: halved by a timeout, grown back by successes.

export interface SendQueue {
  size(): number;
  add(symbols: readonly string[]): void;
  /** The next request: at most `room` symbols. */
  take(room: number): readonly string[];
  putLast(symbol: string): void;
  /** After everything else, in a request of its own: it timed out alone and must not hold up others. */
  putApart(symbol: string): void;
  /** A request timed out: its halves go first, each on its own, so that what makes it slow is found in log2 steps. */
  split(symbols: readonly string[]): boolean;
  succeeded(size: number): void;
  rest(): readonly string[];
}

export function createSendQueue(symbols: readonly string[], batchSize: number): SendQueue {
  const waiting = [...symbols];
  let head = 0;
  let groups: (readonly string[])[] = [];
  const apart: string[] = [];
  let sizeLimit = batchSize;

  const takeFresh = (room: number): readonly string[] => {
    const taken = waiting.slice(head, head + Math.min(room, sizeLimit));
    head += taken.length;
    return taken;
  };
  return {
    size: () => waiting.length - head + apart.length + groups.reduce((sum, group) => sum + group.length, 0),
    add: (more) => {
      for (const symbol of more) waiting.push(symbol);
    },
    take: (room) => {
      const [group, ...others] = groups;
      if (group === undefined) return head < waiting.length ? takeFresh(room) : apart.splice(0, 1);
      const rest = group.slice(room);
      groups = rest.length === 0 ? others : [rest, ...others];
      return group.slice(0, room);
    },
    putLast: (symbol) => {
      waiting.push(symbol);
    },
    putApart: (symbol) => {
      apart.push(symbol);
    },
    split: (timedOut) => {
      const half = Math.ceil(timedOut.length / 2);
      sizeLimit = Math.max(1, Math.min(sizeLimit, half));
      groups = [timedOut.slice(0, half), timedOut.slice(half), ...groups].filter((group) => group.length > 0);
      return timedOut.length > 1;
    },
    succeeded: (size) => {
      if (size >= sizeLimit) sizeLimit = Math.min(batchSize, sizeLimit * 2);
    },
    rest: () => [...groups.flat(), ...waiting.slice(head), ...apart],
  };
}
