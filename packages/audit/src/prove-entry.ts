import { nodeOf, type Inclusion, type Tree } from './verify-audit.ts';

const halfOf = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));

/** The way of a leaf of the last seal to the root: what was in the tree before, and the seal's leaves, give it. */
export const inclusionOf = (before: Tree, leaves: readonly Buffer[], index: number): Inclusion => {
  const known = new Map<number, Buffer>();
  let offset = 0;
  for (const subtree of before.subtrees) {
    known.set(offset, subtree);
    offset += 2 ** Math.floor(Math.log2(before.size - offset));
  }
  const nodeAt = (from: number, to: number): Buffer => {
    const node =
      to <= before.size ? known.get(from) : to - from === 1 ? leaves[from - before.size] : undefined;
    if (node) return node;
    if (to - from <= 1) throw new Error('This leaf is not one of the seal.');
    const middle = from + halfOf(to - from);
    return nodeOf(nodeAt(from, middle), nodeAt(middle, to));
  };
  const path: string[] = [];
  let [from, to] = [0, before.size + leaves.length];
  while (to - from > 1) {
    const middle = from + halfOf(to - from);
    const isLeft = index < middle;
    path.unshift((isLeft ? nodeAt(middle, to) : nodeAt(from, middle)).toString('hex'));
    if (isLeft) to = middle;
    else from = middle;
  }
  return { index, path };
};
