import type { Plan, PlanDocument } from '../../domain/plan.ts';
import type { Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Logger } from '../../infra/logger.ts';
import { createTurns } from '../../infra/turns.ts';
import type { PlanReader } from '../../record/plan-reader.ts';
import type { PlanStore } from '../../record/plan-store.ts';

export interface RevisionKey {
  readonly taskId: string;
  readonly revision: number;
}

/** Never anything but what was planned and would run. */
export interface PlanView {
  readonly plan: Plan;
  readonly document: PlanDocument;
}

/** Plans of tasks for a viewer; `hold` is told the bytes of each before it is read, and may throw where they are too many. */
export type FindPlans = (
  viewer: Principal,
  keys: readonly RevisionKey[],
  hold: (bytes: number) => void,
) => Promise<PlanView[]>;

/** A plan is held as its bytes, as what they say and as what people are shown. */
const heldPerByte = 3;

/** Hashing plans is work for the processor: who asks for most waits longest. */
export const createFindPlans = (
  plans: Pick<PlanStore, 'findFirst'>,
  reader: PlanReader,
  logger: Logger,
): FindPlans => {
  const processor = createTurns(1);
  const read = async (viewer: Principal, plan: Plan): Promise<PlanView[]> => {
    const document = await processor.run(viewer.id, () => reader.readAsShown(plan));
    if (document) return [{ plan, document }];
    logger.error(
      { planId: plan.id, taskId: plan.taskId },
      'what is stored of a plan is not what was planned',
    );
    return [];
  };
  return async (viewer, keys, hold) => {
    const views: PlanView[] = [];
    for (let rest = keys; rest.length > 0;) {
      const found = await plans.findFirst(sightOf(viewer), rest);
      for (const plan of found) {
        hold(plan.document.length * heldPerByte);
        views.push(...(await read(viewer, plan)));
      }
      const last = found.at(-1);
      rest = last ? rest.slice(rest.findIndex((key) => isOf(last, key)) + 1) : [];
    }
    return views;
  };
};

const isOf = (plan: Plan, { taskId, revision }: RevisionKey): boolean =>
  plan.taskId === taskId && plan.revision === revision;
