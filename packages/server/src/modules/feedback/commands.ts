import { feedbackOutcomes } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { eventOf } from '../../domain/events.ts';
import { feedbackFault, isOwnWork, movesOf, type Feedback } from '../../domain/feedback.ts';
import { jsonFault } from '../../domain/json.ts';
import { noteLength } from '../../domain/note.ts';
import type { Caller } from '../../domain/principal.ts';
import type { NewId } from '../../infra/ids.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import { feedbackStore } from '../../record/feedback-store.ts';
import type { Journal } from '../../record/journal.ts';
import type { TaskStore } from '../../record/task-store.ts';
import { id, list, optional, text } from '../inputs.ts';
import { defineCommand } from '../operation.ts';

export interface FeedbackCommandDependencies {
  readonly journal: Pick<Journal, 'transaction'>;
  readonly tasks: Pick<TaskStore, 'lock'>;
  readonly findPrincipal: FindPrincipal;
  readonly newId: NewId;
}

const mostModified = 64_000;

const part = z.json().superRefine((value, context) => {
  const fault = jsonFault(value, { depth: 16, values: 5_000 });
  const message = fault?.message ?? (JSON.stringify(value).length > mostModified ? 'is too long' : null);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

const modifications = z
  .strictObject({
    before: part.describe('What it put out, or the part of it that was changed.'),
    after: part.describe('What people made of that.'),
  })
  .meta({ id: 'UserModificationsInput', description: 'How people changed what a task put out.' });

const feedbackInput = z
  .strictObject({
    taskId: id.describe('The task, by its UUID.'),
    outcome: z.enum(feedbackOutcomes).describe('What it came to in your eyes.'),
    executionQuality: z.int().min(1).max(5).describe('How well it was done, from 1, poor, to 5.'),
    notes: optional(text(noteLength)).describe('In your words, at most 4,000 characters.'),
    learningPoints: optional(list(text(500), 20)).describe(
      'What to make of it another time: at most 20, of 500 characters.',
    ),
    userModifications: optional(modifications).describe('How people changed what it put out.'),
  })
  .meta({ id: 'RecordFeedbackInput', description: 'What a task came to, as you see it.' });

export const createFeedbackCommands = (deps: FeedbackCommandDependencies) => ({
  recordFeedback: defineCommand({
    name: 'recordFeedback',
    description:
      "Says what a task that has run came to. One of each task and principal holds, the newest; those before are kept. It moves the track record of whoever submitted the task: what is said of one's own work only where it finds fault.",
    input: feedbackInput,
    run: ({ viewer }, input) => recordFeedback(deps, viewer, input),
  }),
});

export type FeedbackCommands = ReturnType<typeof createFeedbackCommands>;

const recordFeedback = (
  { journal, tasks, findPrincipal, newId }: FeedbackCommandDependencies,
  viewer: Caller,
  { taskId, outcome, executionQuality, ...said }: z.output<typeof feedbackInput>,
): Promise<Outcome<Feedback>> =>
  journal.transaction(async (tx): Promise<Outcome<Feedback>> => {
    const locked = await tasks.lock(tx, [taskId]);
    const task = locked.tasks.get(taskId);
    if (task?.tenantId !== viewer.tenantId)
      return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such task.'));
    const earlier = await feedbackStore.findOf(tx, taskId, viewer.id);
    const no = feedbackFault(task, viewer, earlier.length);
    if (no) return refused(no);
    const requester = (await findPrincipal(task.submittedById)) ?? { id: task.submittedById, ownerId: null };
    const [before = null] = earlier;
    const feedback: Feedback = {
      id: newId(),
      tenantId: task.tenantId,
      taskId,
      principalId: viewer.id,
      isOwn: isOwnWork(task, requester, viewer),
      outcome,
      executionQuality,
      notes: said.notes ?? null,
      learningPoints: said.learningPoints ?? [],
      userModifications: said.userModifications ?? null,
      at: locked.now,
    };
    feedbackStore.insert(tx, [feedback]);
    const words = feedback.notes === null ? '' : `: ${feedback.notes}`;
    tx.record(
      eventOf(task, locked.now, viewer.id)(
        'feedback.given',
        `${viewer.name} rates it ${executionQuality} of 5${words}`,
        {
          feedbackId: feedback.id,
          outcome,
          executionQuality,
          isOwn: feedback.isOwn,
          notes: feedback.notes,
          before: before && { outcome: before.outcome, executionQuality: before.executionQuality },
          moves: movesOf(feedback, before),
        },
      ),
    );
    return accepted(feedback);
  });
