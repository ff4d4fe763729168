import { feedbackOutcomes } from '@countersign/shared';
import { z } from 'zod';
import type { Feedback } from '../../domain/feedback.ts';
import { moment } from './task-json.ts';

export const feedbackSchema = z
  .strictObject({
    id: z.string().describe('UUID.'),
    task_id: z.string().describe('The task.'),
    outcome: z.enum(feedbackOutcomes).describe('What it came to in your eyes.'),
    executionQuality: z.int().describe('From 1, poor, to 5.'),
    notes: z.string().nullable().describe('In your words.'),
    learningPoints: z.array(z.string()).describe('What to make of it another time.'),
    at: moment.describe('When you said so.'),
  })
  .meta({ id: 'Feedback', description: 'What a task came to, as somebody sees it.' });

/** What somebody said of a task, as doors of JSON tell it. */
export const feedbackJson = ({
  id,
  taskId,
  outcome,
  executionQuality,
  notes,
  learningPoints,
  at,
}: Feedback): z.output<typeof feedbackSchema> => ({
  id,
  task_id: taskId,
  outcome,
  executionQuality,
  notes,
  learningPoints: [...learningPoints],
  at: at.toISOString(),
});
