/** What the record holds of one approved task, as far as tampering needs to know. */
export interface Victim {
  readonly taskId: string;
  readonly document: string;
  readonly hash: string;
  readonly risk: string;
  readonly approverId: string;
  readonly secondApproverId: string;
  readonly requesterId: string;
  readonly ownerId: string;
  readonly otherTenantId: string;
  /** Another task's plan, which people approved as well. */
  readonly neighbour: { readonly document: string; readonly hash: string };
}

/** One statement of somebody who may write anything into the database. */
export interface Forgery {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** One thing that somebody does to the record of an approved task. */
export interface Change {
  /** For the message of a test that fails. */
  readonly what: string;
  readonly forge: (victim: Victim) => readonly Forgery[];
  /** Nothing finds the task or its step any more: it is not refused, it is left lying. */
  readonly leavesItLying?: boolean;
}

/** Rows that belong to a task, by the condition that finds them, those first by which no other is found. */
export const rows = {
  review: 'approval_id IN (SELECT id FROM approval_request WHERE task_id = $1)',
  step: 'task_id = $1 AND ordinal = 0',
  run: 'task_id = $1',
  approval_request: 'task_id = $1',
  policy_decision: 'task_id = $1',
  plan: 'task_id = $1',
  task: 'id = $1',
} as const;
export type Table = keyof typeof rows;
export const tables = Object.keys(rows) as readonly Table[];

export const set = (table: Table, column: string, taskId: string, value: unknown): Forgery => ({
  text: `UPDATE ${table} SET ${column} = $2 WHERE ${rows[table]}`,
  values: [taskId, value],
});

export const deletion = (table: Table, leavesItLying: boolean): Change => ({
  what: `${table} deleted`,
  leavesItLying,
  forge: ({ taskId }) => [{ text: `DELETE FROM ${table} WHERE ${rows[table]}`, values: [taskId] }],
});
