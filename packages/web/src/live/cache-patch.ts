import type { Environment, Priority, TaskStatus } from '@countersign/shared';

/**
 * Puts newer entities into cached answers without knowing which query they came from: every
 * object with the same `__typename` and `id` takes over the fields it already shows.
 */
export interface FreshTask {
  readonly __typename: 'Task';
  readonly id: string;
  readonly updatedAt: string;
  readonly approval: FreshApproval | null;
  readonly status?: TaskStatus;
  readonly goal?: string;
  readonly priority?: Priority;
  readonly environment?: Environment;
}

export interface FreshApproval {
  readonly __typename: 'ApprovalRequest';
  readonly id: string;
}

type Plain = { readonly [key: string]: unknown };

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields are replaced, never added: a list row keeps its shape. */
const mergeKnown = (shown: Plain, fresh: Plain, skip: readonly string[]): Plain => {
  const merged: Record<string, unknown> = { ...shown };
  for (const key of Object.keys(fresh)) {
    if (key in shown && !skip.includes(key)) merged[key] = fresh[key];
  }
  return merged;
};

const isNotOlder = (fresh: FreshTask, shownUpdatedAt: unknown): boolean =>
  typeof shownUpdatedAt !== 'string' || Date.parse(fresh.updatedAt) >= Date.parse(shownUpdatedAt);

export type FreshTasks = ReadonlyMap<string, FreshTask>;

const patchTask = (task: Plain, fresh: FreshTasks): Plain => {
  const newer = fresh.get(String(task['id']));
  if (!newer || !isNotOlder(newer, task['updatedAt'])) return task;
  const merged = mergeKnown(task, newer as unknown as Plain, ['approval']);
  const approval = task['approval'];
  if (!('approval' in task)) return merged;
  if (newer.approval === null) return { ...merged, approval: null };
  const isSame = isPlain(approval) && approval['id'] === newer.approval.id;
  return isSame
    ? { ...merged, approval: mergeKnown(approval, newer.approval as unknown as Plain, ['task']) }
    : merged;
};

const patchApproval = (approval: Plain, fresh: FreshTasks): Plain => {
  const task = approval['task'];
  if (!isPlain(task)) return approval;
  const newer = fresh.get(String(task['id']));
  if (!newer || !isNotOlder(newer, task['updatedAt'])) return approval;
  const isSame = newer.approval?.id === approval['id'];
  const own = isSame ? mergeKnown(approval, newer.approval as unknown as Plain, ['task']) : approval;
  return { ...own, task: patchTask(task, fresh) };
};

/** The same value where nothing changed, so that nothing renders again. */
export const patchTasks = (value: unknown, fresh: FreshTasks): unknown => {
  if (Array.isArray(value)) {
    let changed: unknown[] | null = null;
    value.forEach((item: unknown, index) => {
      const next = patchTasks(item, fresh);
      if (next !== item) {
        changed ??= [...(value as unknown[])];
        changed[index] = next;
      }
    });
    return changed ?? value;
  }
  if (!isPlain(value)) return value;
  if (value['__typename'] === 'Task') return patchTask(value, fresh);
  if (value['__typename'] === 'ApprovalRequest') return patchApproval(value, fresh);
  let changed: Record<string, unknown> | null = null;
  for (const [key, item] of Object.entries(value)) {
    const next = patchTasks(item, fresh);
    if (next !== item) {
      changed ??= { ...value };
      changed[key] = next;
    }
  }
  return changed ?? value;
};

/** Whether an answer shows any of these tasks, at any depth. */
export const mentionsTask = (value: unknown, taskIds: ReadonlySet<string>): boolean => {
  if (Array.isArray(value)) return value.some((item) => mentionsTask(item, taskIds));
  if (!isPlain(value)) return false;
  if (value['__typename'] === 'Task' && taskIds.has(String(value['id']))) return true;
  return Object.values(value).some((item) => mentionsTask(item, taskIds));
};
