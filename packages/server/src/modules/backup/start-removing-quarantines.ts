import type { Connections } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import { findWantedTries } from '../../record/restore-run-store.ts';
import type { Quarantine } from './perform-restore.ts';

const firstAfterMs = 1_000;
const everyMs = 60 * 60_000;

interface RemovingDependencies {
  readonly database: Connections;
  readonly quarantine: Pick<Quarantine, 'list' | 'remove'>;
  readonly logger: Logger;
}

/**
 * Removes here what nobody wants any more, as soon as a worker starts and each hour: the job of a discard may have come
 * to a worker with another home, and a worker that died left what it had.
 */
export const startRemovingQuarantines = (deps: RemovingDependencies): AsyncDisposable => {
  const told = new Set<string>();
  return startLoop({
    name: 'quarantines',
    idleMs: firstAfterMs,
    logger: deps.logger,
    async round() {
      await removeUnwanted(deps, told);
      return everyMs;
    },
  });
};

/** What cannot be removed stays until the next time, and is told once: `told` are those that were. */
export const removeUnwanted = async (
  { database, quarantine, logger }: RemovingDependencies,
  told: Set<string>,
): Promise<void> => {
  // Listed first: a try is on record before it makes anything.
  const found = await quarantine.list();
  if (found.length === 0) return;
  const wanted = new Set((await findWantedTries(database)).map(({ id, tryId }) => `${id}.${tryId}`));
  for (const { restoreId, tryId } of found) {
    const name = `${restoreId}.${tryId}`;
    if (wanted.has(name)) continue;
    try {
      await quarantine.remove(restoreId, tryId);
      logger.info({ restoreId }, 'removed what a restore that nobody wants had left');
    } catch (error) {
      if (!told.has(name))
        logger.warn({ err: error, name }, 'what a restore left cannot be removed: remove it by hand');
      told.add(name);
    }
  }
};
