import type { Feedback } from '../../domain/feedback.ts';
import { feedbackJson, feedbackSchema } from '../shared/feedback-json.ts';
import type { Answer } from './operation-route.ts';

export const feedbackAnswer: Answer<Feedback> = {
  status: 201,
  description: 'What you said.',
  schema: feedbackSchema,
  tell: feedbackJson,
};
