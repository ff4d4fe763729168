import { refusalAt, type Refusal } from '../../domain/errors.ts';
import type { TaskRequest } from '../../domain/task.ts';

/** Whether an agent has still to plan what is to be done. */
export const isGoalAlone = ({ actions }: Pick<TaskRequest, 'actions'>): boolean => actions.length === 0;

/** What is refused where somebody has to say what to do. */
export const actionsMissing: Refusal = refusalAt(
  'actions',
  'GOAL_WITHOUT_ACTIONS',
  'Say which actions to take: only a submission is planned from its goal alone.',
);
