import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { sightOf } from '../../domain/sight.ts';
import type { LockStore, ResourceLock } from '../../record/lock-store.ts';
import { defineQuery } from '../operation.ts';

/** A task that has something for itself, or waits for it. */
export interface LockParty {
  /** Null where you do not see it, such as another tenant's. */
  readonly taskId: string | null;
  readonly since: Date;
}

/** One thing, who has it and who waits for it. */
export interface LockView {
  readonly name: string;
  readonly holder: LockParty | null;
  readonly waiting: readonly LockParty[];
}

const shown = 200;

export const createLockQueries = (locks: Pick<LockStore, 'list'>) => ({
  locks: defineQuery({
    name: 'locks',
    description: `What tasks have for themselves until they end, and who waits for it: at most ${shown} things, those with the longest lines first. What lies within something is kept with it.`,
    input: z.strictObject({}),
    view: async ({ viewer }) => {
      const byName = Map.groupBy(await locks.list(sightOf(viewer), shown), ({ name }) => name);
      return accepted([...byName].map(([name, all]) => viewOf(name, all)));
    },
  }),
});

const viewOf = (name: string, all: readonly ResourceLock[]): LockView => {
  const partyOf = (lock: ResourceLock): LockParty => ({
    taskId: lock.isSeen ? lock.taskId : null,
    since: lock.heldSince ?? lock.since,
  });
  const holder = all.find(({ heldSince }) => heldSince !== null);
  return {
    name,
    holder: holder ? partyOf(holder) : null,
    waiting: all.filter(({ heldSince }) => heldSince === null).map(partyOf),
  };
};

export type LockQueries = ReturnType<typeof createLockQueries>;
