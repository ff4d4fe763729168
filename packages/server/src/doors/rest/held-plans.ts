import { addAbortListener } from 'node:events';
import { refusal, refused, accepted, RefusalError, type Outcome } from '../../domain/errors.ts';
import { createRoom } from '../../infra/room.ts';
import type { PlanView, RevisionKey } from '../../modules/tasks/index.ts';
import type { Views } from '../../operations/views.ts';
import type { RestCall } from './rest-route.ts';

const megabyte = 1024 * 1024;
const planRoom = { each: 96 * megabyte, total: 256 * megabyte };

/** A plan for an answer, or null where there is none that could be shown. Its bytes count until the answer has left. */
export type FindPlan = (call: RestCall, key: RevisionKey) => Promise<Outcome<PlanView | null>>;

export const createFindPlan = ({ findPlans }: Pick<Views, 'findPlans'>, limits = planRoom): FindPlan => {
  const room = createRoom(limits);
  return async ({ viewer, signal }, key) => {
    const hold = (bytes: number): void => {
      if (!room.take(viewer, bytes)) throw new RefusalError(tooMuch);
      const giveBack = (): void => {
        room.giveBack(viewer, bytes);
      };
      addAbortListener(signal, giveBack);
    };
    try {
      const [view] = await findPlans(viewer, [key], hold);
      return accepted(view ?? null);
    } catch (error) {
      if (error instanceof RefusalError) return refused(error.refusal);
      throw error;
    }
  };
};

const tooMuch = refusal(
  'RATE_LIMIT_EXCEEDED',
  'Plans of answers that have not left yet hold as many bytes as they may. Wait for those answers, then try again.',
  { retryAfterMs: 1_000 },
);
