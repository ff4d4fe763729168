/** What people and agents say of what tasks came to, for the record and for the scores that follow. */
export { createFeedbackCommands, type FeedbackCommands } from './commands.ts';
export { createFeedbackViews, feedbackNo, type FeedbackViews, type TaskFeedback } from './feedback-views.ts';
