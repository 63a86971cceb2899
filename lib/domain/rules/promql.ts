// PromQL as a tree, read with the official grammar; the grammar is loaded when something is parsed.

export interface PromqlNode {
  /** The grammar's own name: `BinaryExpr`, `VectorSelector`, `Gtr` … */
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly children: readonly PromqlNode[];
}

export interface Promql {
  readonly text: string;
  readonly root: PromqlNode;
  /** Offset of the first thing that is not PromQL; null when all of it is. */
  readonly errorAt: number | null;
}

export type ParsePromql = (text: string) => Promql;

interface TreeCursor {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly type: { readonly isError: boolean };
  firstChild(): boolean;
  nextSibling(): boolean;
  parent(): boolean;
}

export async function loadPromql(): Promise<ParsePromql> {
  const { parser } = await import('@prometheus-io/lezer-promql');
  return (text) => {
    const reading = { errorAt: null as number | null };
    const root = readNode(parser.parse(text).cursor(), reading);
    return { text, root, errorAt: text.trim() === '' ? 0 : reading.errorAt };
  };
}

function readNode(cursor: TreeCursor, reading: { errorAt: number | null }): PromqlNode {
  const { name, from, to } = cursor;
  if (cursor.type.isError) reading.errorAt ??= from;
  const children: PromqlNode[] = [];
  if (cursor.firstChild()) {
    do children.push(readNode(cursor, reading));
    while (cursor.nextSibling());
    cursor.parent();
  }
  return { type: name, from, to, children };
}

/** Every node with its ancestors, nearest last, in source order. */
export function* walk(
  node: PromqlNode,
  ancestors: readonly PromqlNode[] = [],
): Generator<{ node: PromqlNode; ancestors: readonly PromqlNode[] }> {
  yield { node, ancestors };
  const inner = [...ancestors, node];
  for (const child of node.children) yield* walk(child, inner);
}

export function nodesOf(promql: Promql, type: string): PromqlNode[] {
  return [...walk(promql.root)].filter(({ node }) => node.type === type).map(({ node }) => node);
}

export function textOf(promql: Promql, node: PromqlNode): string {
  return promql.text.slice(node.from, node.to);
}

export function childOf(node: PromqlNode, type: string): PromqlNode | undefined {
  return node.children.find((child) => child.type === type);
}
