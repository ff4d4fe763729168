import { headText, Tree, entriesPerSeal, type Head } from '@countersign/audit/verify-audit';
import type { Clock } from '../../infra/clock.ts';
import type { Connections, StatementRunner, Transaction } from '../../infra/database.ts';
import { ensureCurrent } from './audit-key.ts';
import type { SigningKey } from '../../infra/signing-key.ts';
import {
  cutEvents,
  headOf,
  insertSeal,
  lastSeals,
  lockSealing,
  waitForSealing,
  type Cut,
  type Seal,
} from '../../record/seal-store.ts';

export interface SealDependencies {
  readonly database: Connections;
  readonly key: SigningKey;
  readonly clock: Clock;
}

export interface SealRound {
  /** The newest signed head of each tenant that something was sealed for. */
  readonly heads: readonly Head[];
  /** Whether more than one round takes is waiting, or another process was at it. */
  readonly isUnfinished: boolean;
}

const entriesPerRound = 10_000;
const nobodys: SealRound = { heads: [], isUnfinished: true };

/**
 * Seals what the log holds below its horizon and no seal does, ten thousand events at most, in a transaction of
 * its own: whoever records events never waits for it.
 */
export const sealEvents = (
  { database, key, clock }: SealDependencies,
  lock: typeof lockSealing = lockSealing,
): Promise<SealRound> =>
  database.transaction(async (tx) => {
    if (!(await lock(tx))) return nobodys;
    await ensureCurrent(tx, key);
    const cuts = await cutEvents(tx, entriesPerRound, entriesPerSeal);
    if (cuts.length === 0) return { heads: [], isUnfinished: false };
    const count = cuts.reduce((sum, { leaves }) => sum + leaves.length / 32, 0);
    return { heads: await sealCuts(tx, cuts, key, clock.now()), isUnfinished: count === entriesPerRound };
  });

/** Until nothing is left that could be sealed. */
export const sealAll = async (deps: SealDependencies): Promise<void> => {
  while ((await sealEvents(deps, waitForSealing)).isUnfinished);
};

const sealCuts = async (
  tx: Transaction & StatementRunner,
  cuts: readonly Cut[],
  key: SigningKey,
  at: Date,
): Promise<Head[]> => {
  const last = await lastSeals(tx, [...new Set(cuts.map(({ tenantId }) => tenantId))]);
  const trees = new Map(last.map((seal) => [seal.tenantId, treeOf(seal)]));
  const heads = new Map<string, Head>();
  for (const cut of cuts) {
    const tree = trees.get(cut.tenantId) ?? new Tree();
    trees.set(cut.tenantId, tree);
    const seal = sealOf(cut, tree, key, at);
    insertSeal(tx, seal);
    heads.set(cut.tenantId, headOf(seal));
  }
  return [...heads.values()];
};

/** The tree as a seal left it. */
export const treeOf = ({ size, subtrees }: Pick<Seal, 'size' | 'subtrees'>): Tree =>
  new Tree(
    Number(size),
    subtrees.map((subtree) => Buffer.from(subtree, 'hex')),
  );

export const leavesOf = ({ leaves }: Pick<Seal, 'leaves'>): Buffer[] =>
  Array.from({ length: leaves.length / 32 }, (_, at) => leaves.subarray(at * 32, at * 32 + 32));

/** The tree grows by the cut. */
const sealOf = (cut: Cut, tree: Tree, key: SigningKey, at: Date): Seal => {
  const prevRoot = tree.root();
  leavesOf(cut).forEach((leaf) => {
    tree.append(leaf);
  });
  const unsigned = {
    ...cut,
    size: BigInt(tree.size),
    root: tree.root(),
    prevRoot,
    subtrees: tree.subtrees.map((subtree) => subtree.toString('hex')),
    at,
    keyId: key.keyId,
    signature: '',
  };
  return { ...unsigned, signature: key.sign(headText(headOf(unsigned))) };
};
