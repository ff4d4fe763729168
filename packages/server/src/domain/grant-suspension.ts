import type { NewEvent } from './events.ts';
import { findsFault } from './feedback.ts';

/** What takes the trust away that let a task through. */
export interface Blow {
  readonly taskId: string;
  /** In a sentence without an end: `what it let through failed`. */
  readonly reason: string;
}

/** What of a transaction's events suspends the grant that let their task through. */
export const blowsOf = (events: readonly NewEvent[]): readonly Blow[] =>
  events.flatMap((event) => {
    const reason = reasonOf(event);
    return reason !== null && event.taskId !== null ? [{ taskId: event.taskId, reason }] : [];
  });

const reasonOf = (event: NewEvent): string | null => {
  switch (event.type) {
    case 'task.failed':
      return 'what it let through failed';
    case 'run.rollback_started':
      return 'what it let through is being rolled back';
    case 'task.rolled_back':
      return 'what it let through was rolled back';
    case 'task.needs_attention':
      return 'nobody can know what came of what it let through';
    case 'feedback.given':
      return findsFault(event.data)
        ? `feedback of ${event.data.executionQuality} of 5 finds fault with what it let through`
        : null;
    default:
      return null;
  }
};
