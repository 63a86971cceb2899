// Cycles in a graph of files: Tarjan's strongly connected components, one sentence each.

type Graph = ReadonlyMap<string, readonly string[]>;

/** Each cycle as its files, sorted, so that the same mistake reads the same every time. */
export function findCycles(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];

  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.size - 1);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(file, Math.min(at(lowest, file), at(lowest, next)));
    }
    if (at(lowest, file) !== at(order, file)) return;
    const component = stack.splice(stack.indexOf(file));
    if (component.length > 1 || graph.get(file)?.includes(file)) cycles.push(component.sort());
  };

  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return cycles;
}

function at(numbers: ReadonlyMap<string, number>, file: string): number {
  return numbers.get(file) ?? 0;
}
