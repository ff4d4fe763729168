import type { ApprovalRequest, DecisionOn } from '../../domain/approval-request.ts';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Task } from '../../domain/task.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestCall } from './rest-route.ts';

export interface Decision {
  readonly verdict: 'APPROVE' | 'REJECT';
  readonly on: DecisionOn;
  readonly words: string | null;
  /** The caller's own, for this decision alone. */
  readonly idempotencyKey?: string;
}

export interface DecidedOnce {
  readonly task: Task;
  readonly approval: ApprovalRequest;
  /** True where the caller had decided so on this plan already. */
  readonly isReplay: boolean;
}

/** A decision that may come again, as answers get lost on their way: the same one by the same person is no refusal. */
export const decideOnce = async (
  { operations, reviewsOf }: Pick<RestDeps, 'operations' | 'reviewsOf'>,
  call: RestCall,
  taskId: string,
  { verdict, on, words, idempotencyKey }: Decision,
): Promise<Outcome<DecidedOnce>> => {
  const given = { taskId, ...on, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
  const outcome = await (verdict === 'APPROVE'
    ? operations.approveTask.execute(call, { ...given, comment: words })
    : operations.rejectTask.execute(call, { ...given, reason: words ?? '' }));
  if (outcome.ok) return accepted({ ...outcome.value, isReplay: false });
  if (outcome.refusal.code !== 'ALREADY_DECIDED') return outcome;
  const before = await standing();
  if (before === null) return outcome;
  return before.ok ? accepted({ ...before.value, isReplay: true }) : before;

  async function standing(): Promise<Outcome<Omit<DecidedOnce, 'isReplay'>> | null> {
    const [found, ...pages] = await Promise.all([
      operations.task.execute(call, { id: taskId }),
      ...requestsAbout(taskId),
    ]);
    // Not now: whether this one decided so before is not known, and the same again may learn it.
    for (const look of [found, ...pages]) if (!look.ok && look.refusal.retriable) return look;
    const request = pages
      .flatMap((page) => (page.ok ? page.value.nodes : []))
      .find(({ planHash }) => planHash === on.planHash);
    if (!found.ok || !found.value || !request) return null;
    const own = (await reviewsOf([request.id])).filter(({ reviewerId }) => reviewerId === call.viewer.id);
    const last = own.toSorted((one, other) => one.at.getTime() - other.at.getTime()).at(-1);
    return last?.verdict === verdict ? accepted({ task: found.value, approval: request }) : null;
  }

  function requestsAbout(id: string) {
    const views = ['ALL', 'DECIDED'] as const;
    return views.map((view) => operations.approvals.execute(call, { filter: { view, taskId: id } }));
  }
};
