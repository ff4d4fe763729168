import type { ExecutorMode } from '@countersign/shared';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { controlWords, type ExecutorControl } from '../../domain/executor-control.ts';
import { reasonFault } from '../../domain/note.ts';
import type { Principal } from '../../domain/principal.ts';
import type { ExecutorStore } from '../../record/executor-store.ts';
import type { Journal } from '../../record/journal.ts';

export interface ControlExecutorDeps {
  readonly store: Pick<ExecutorStore, 'saveControl' | 'release'>;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly platforms: () => readonly string[];
}

/** By then every process knows; whoever came sooner would be held once more. */
const knownAfterMs = 1_000;

const eventTypes = {
  OPEN: 'executor.opened',
  DRAIN: 'executor.drained',
  CLOSE: 'executor.closed',
} as const satisfies Record<ExecutorMode, string>;

/** An operator's word on a platform, for the work of their tenant. */
export const controlExecutor = async (
  { store, journal, platforms }: ControlExecutorDeps,
  viewer: Principal,
  said: { readonly platform: string; readonly mode: ExecutorMode; readonly reason: string },
): Promise<Outcome<ExecutorControl>> => {
  const { platform, mode, reason } = said;
  if (!platforms().includes(platform))
    return refused(
      refusal('RESOURCE_NOT_FOUND', `There is no platform ${JSON.stringify(platform.slice(0, 100))}.`),
    );
  const fault = reasonFault(reason);
  if (fault) return refused(invalidInput([fault]));
  return journal.transaction(async (tx) => {
    const { tenantId } = viewer;
    const at = await store.saveControl(tx, { tenantId, platform, mode, byId: viewer.id, reason });
    if (mode === 'CLOSE') {
      await store.release(tx, tenantId, platform, knownAfterMs);
      tx.wake('outbox');
    }
    const control = { tenantId, platform, mode, by: viewer.name, reason, at };
    tx.record({
      tenantId,
      type: eventTypes[mode],
      at,
      taskId: null,
      actorId: viewer.id,
      summary: controlWords(control),
      data: { platform, reason },
    });
    return accepted(control);
  });
};
