import { z } from 'zod';
import { eventOf, type NewEvent } from '../../../domain/events.ts';
import { groupsOf } from '../../../domain/quorum.ts';
import { turn, type Turn } from '../../../domain/request-clock.ts';
import type { ApprovalRequest } from '../../../domain/approval-request.ts';
import { isGroupOfOne } from '../../../domain/stand-in.ts';
import type { Task } from '../../../domain/task.ts';
import type { Clock } from '../../../infra/clock.ts';
import { defineJob } from '../../../infra/queue/job.ts';
import type { ApprovalStore } from '../../../record/approval-store.ts';
import type { Journal } from '../../../record/journal.ts';
import type { TaskStore } from '../../../record/task-store.ts';

export interface TurnDependencies {
  readonly journal: Journal;
  readonly tasks: TaskStore;
  readonly approvals: ApprovalStore;
  readonly clock: Clock;
}

/** Reminds those who are asked about a task, or asks more people, whichever is due by now. */
export const turnJob = defineJob({
  name: 'approval.turn',
  schema: z.strictObject({ taskId: z.uuid() }),
  run: ({ journal, tasks, approvals, clock }: TurnDependencies, { taskId }) =>
    journal.transaction(async (tx) => {
      const task = (await tasks.lock(tx, [taskId])).tasks.get(taskId);
      if (task?.status !== 'AWAITING_APPROVAL') return;
      const [request] = await approvals.find(tx, [{ taskId, revision: task.revision }]);
      if (!request) return;
      const now = clock.now();
      const turned = turn(request, now);
      approvals.update(tx, [turned.request]);
      for (const event of eventsOf(task, turned, now)) tx.record(event);
    }),
});

const eventsOf = (
  task: Task,
  { request, isReminded, isEscalated }: Turn<ApprovalRequest>,
  now: Date,
): readonly NewEvent[] => {
  const event = eventOf(task, now);
  const about = { approvalId: request.id, revision: request.revision, planHash: request.planHash };
  const asked = (groupsOf(request) ?? []).filter((group) => !isGroupOfOne(group));
  const expiresAt = request.expiresAt.toISOString();
  const whom = asked.length === 0 ? 'whoever may decide' : asked.join(' and ');
  const group = request.escalateTo ?? '';
  return [
    ...(isReminded
      ? [event('approval.reminded', `Still waits for ${whom}`, { ...about, groups: asked, expiresAt })]
      : []),
    ...(isEscalated
      ? [
          event('approval.escalated', `Nobody decided yet: ${group} may decide as well`, {
            ...about,
            group,
            expiresAt,
          }),
        ]
      : []),
  ];
};
