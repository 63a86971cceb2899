// How mistakes are planted in a dashboard.

/** A dashboard whose fields are there, as those who plant mistakes know. */
export interface Loose {
  [key: string]: Loose;
}

export function panel(dashboard: Loose, title: string): Loose {
  const panels = (dashboard['panels'] as unknown as Loose[]).flatMap((one) => [
    one,
    ...Object.values(one['panels'] ?? {}),
  ]);
  const found = panels.find((one) => (one['title'] as unknown) === title);
  if (found === undefined) throw new Error(`no panel ${title}`);
  return found;
}

export function target(dashboard: Loose, title: string): Loose {
  return panel(dashboard, title)['targets']![0]!;
}

export function defaults(dashboard: Loose, title: string): Loose {
  return panel(dashboard, title)['fieldConfig']!['defaults']!;
}

export function set(record: Loose, key: string, value: unknown): void {
  (record as Record<string, unknown>)[key] = value;
}

export function setExpr(dashboard: Loose, title: string, expr: string, legend?: string): void {
  set(target(dashboard, title), 'expr', expr);
  if (legend !== undefined) set(target(dashboard, title), 'legendFormat', legend);
}

export function push(list: Loose, entry: object): void {
  (list as unknown as object[]).push(entry);
}

export function grid(x: number, y: number, w: number, h: number): object {
  return { x, y, w, h };
}
