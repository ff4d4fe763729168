import type { ApprovalRequest } from '../domain/approval-request.ts';
import { endDecoy, type DecoyWord, type EndedDecoy } from '../domain/decoy.ts';
import type { Task } from '../domain/task.ts';
import type { ApprovalStore } from './approval-store.ts';
import { decoyStore } from './decoy-store.ts';
import type { JournalTransaction } from './journal.ts';
import type { TaskStore } from './task-store.ts';

/** Of a locked task with its open request: where it is a decoy, ends it; otherwise null, and nothing is written. */
export const endOpenDecoy = async (
  { tasks, approvals }: { readonly tasks: TaskStore; readonly approvals: ApprovalStore },
  tx: JournalTransaction,
  { task, request }: { readonly task: Task; readonly request: ApprovalRequest },
  word: DecoyWord,
  now: Date,
): Promise<EndedDecoy | null> => {
  const [decoy] = await decoyStore.findOpen(tx, [task.id]);
  if (!decoy) return null;
  const ended = endDecoy(task, request, decoy, word, now);
  tasks.update(tx, [ended.task]);
  approvals.update(tx, [ended.request]);
  decoyStore.update(tx, [ended.decoy]);
  for (const event of ended.events) tx.record(event);
  return ended;
};
