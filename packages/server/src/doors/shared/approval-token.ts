import type { DecisionOn } from '../../domain/approval-request.ts';
import type { Task } from '../../domain/task.ts';

const form = /^([1-9]\d{0,9})\.([0-9a-f]{64})$/;

/** One word that names a revision and its plan: `2.9f86d0…`. */
export const approvalToken = {
  write: ({ revision, planHash }: Pick<Task, 'revision' | 'planHash'>): string | null =>
    planHash === null ? null : `${revision}.${planHash}`,
  /** Null where it is none. */
  read(text: string): DecisionOn | null {
    const [, revision, planHash] = form.exec(text) ?? [];
    return revision === undefined || planHash === undefined ? null : { revision: Number(revision), planHash };
  },
};
