import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { quarantines, type Quarantine } from '../../domain/source.ts';
import type { Connections } from '../../infra/database.ts';
import type { QuarantineStore, WaitingTask } from '../../record/quarantine-store.ts';
import { defineQuery } from '../operation.ts';

/** A quarantine with what it holds. */
export interface QuarantineView extends Quarantine {
  /** Tasks that rest on it and have still to go on, newest first, 50 at most. */
  readonly waitingTaskIds: readonly string[];
}

const mostListed = 200;
const mostTasks = 50;

export const createSourceQueries = (deps: {
  readonly database: { readonly reports: Connections };
  readonly store: QuarantineStore;
}) => ({
  quarantines: defineQuery({
    name: 'quarantines',
    isForPeople: true,
    description:
      'Sources that people keep from doing harm: those that stand first, newest first, 200 at most.',
    input: z.strictObject({}),
    async view({ viewer: { tenantId } }) {
      const [listed, waiting] = await Promise.all([
        deps.store.list(tenantId, mostListed),
        deps.store.findWaiting(deps.database.reports, tenantId),
      ]);
      const views: QuarantineView[] = [];
      for (const each of listed) {
        views.push({ ...each, waitingTaskIds: each.releasedAt ? [] : heldBy(each, waiting) });
        // Many quarantines of many tasks: others have their turn between.
        if (!each.releasedAt) await nextTurn();
      }
      return accepted(views);
    },
  }),
});

const heldBy = (quarantine: Quarantine, waiting: readonly WaitingTask[]): readonly string[] => {
  const isOfIt = quarantines(quarantine);
  const held: string[] = [];
  for (const { id, sources } of waiting) {
    if (held.length === mostTasks) break;
    if (sources.some(isOfIt)) held.push(id);
  }
  return held;
};

export type SourceQueries = ReturnType<typeof createSourceQueries>;
