import { feedbackOutcomes } from '@countersign/shared';
import { z } from 'zod';
import type { Feedback } from '../../domain/feedback.ts';
import type { Answer } from './operation-route.ts';
import { moment } from '../shared/task-json.ts';

const feedback = z
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

export const feedbackAnswer: Answer<Feedback> = {
  status: 201,
  description: 'What you said.',
  schema: feedback,
  tell: ({
    id,
    taskId,
    outcome,
    executionQuality,
    notes,
    learningPoints,
    at,
  }): z.output<typeof feedback> => ({
    id,
    task_id: taskId,
    outcome,
    executionQuality,
    notes,
    learningPoints: [...learningPoints],
    at: at.toISOString(),
  }),
};
