import type { StatementRunner } from '../infra/database.ts';

/** A kind of thing that is kept for a while. */
export const retainedKinds = [
  'SESSIONS',
  'SIGN_IN_LINKS',
  'APPROVAL_LINKS',
  'MODEL_CALLS',
  'TOOL_RESULTS',
  'IMPORTS',
  'TOOL_USES',
] as const;
export type RetainedKind = (typeof retainedKinds)[number];

/** Of the rows of a kind that are past their time: which they are, when they were, and what becomes of them. */
interface Sweep {
  /** `$1` is the moment before which they are past it. */
  readonly due: string;
  readonly at: string;
  readonly key: string;
  readonly remove: (due: string) => string;
}

const notHeld = (tenantId: string, taskId?: string): string =>
  `NOT EXISTS (SELECT FROM legal_hold h WHERE h.tenant_id = ${tenantId} AND h.released_at IS NULL
     AND (h.task_id IS NULL${taskId === undefined ? '' : ` OR h.task_id = ${taskId}`}))`;
const deleting =
  (table: string): Sweep['remove'] =>
  (due) =>
    `DELETE FROM ${table} WHERE id IN (${due})`;

const sweeps: Readonly<Record<RetainedKind, Sweep>> = {
  SESSIONS: {
    due: `FROM session r JOIN principal p ON p.id = r.principal_id
           WHERE r.expires_at < $1 AND ${notHeld('p.tenant_id')}`,
    at: 'r.expires_at',
    key: 'r.id',
    remove: deleting('session'),
  },
  SIGN_IN_LINKS: {
    due: `FROM sign_in_link r JOIN principal p ON p.id = r.principal_id
           WHERE r.expires_at < $1 AND ${notHeld('p.tenant_id')}`,
    at: 'r.expires_at',
    key: 'r.id',
    remove: deleting('sign_in_link'),
  },
  APPROVAL_LINKS: {
    due: `FROM approval_link r WHERE r.expires_at < $1 AND ${notHeld('r.tenant_id', 'r.task_id')}`,
    at: 'r.expires_at',
    key: 'r.id',
    remove: deleting('approval_link'),
  },
  MODEL_CALLS: {
    due: `FROM model_call r WHERE r.at < $1 AND ${notHeld('r.tenant_id', 'r.task_id')}`,
    at: 'r.at',
    key: 'r.id',
    remove: deleting('model_call'),
  },
  // What an agent read for a task that has ended; that it was planned, by whom and for how much stays.
  TOOL_RESULTS: {
    due: `FROM planning r JOIN task t ON t.id = r.id AND t.finished_at < $1
           WHERE r.finished_at < $1 AND r.calls <> '[]' AND ${notHeld('r.tenant_id', 'r.id')}`,
    at: 'r.finished_at',
    key: 'r.id',
    remove: (due) => `UPDATE planning SET calls = '[]' WHERE id IN (${due})`,
  },
  // The newest of each source says how old its data is, and what still has rows says where they are from.
  IMPORTS: {
    due: `FROM data_import r WHERE r.at < $1 AND ${notHeld('r.tenant_id')}
           AND EXISTS (SELECT FROM data_import n WHERE n.tenant_id = r.tenant_id AND n.data_set = r.data_set
                         AND n.source = r.source AND n.at > r.at)
           AND NOT EXISTS (SELECT FROM asset a WHERE a.import_id = r.id)
           AND NOT EXISTS (SELECT FROM catalogue_entry e WHERE e.import_id = r.id)`,
    at: 'r.at',
    key: 'r.id',
    remove: deleting('data_import'),
  },
  TOOL_USES: {
    due: `FROM tool_use r WHERE r.last_at < $1 AND ${notHeld('r.tenant_id')}`,
    at: 'r.last_at',
    key: 'r.ctid',
    remove: (due) => `DELETE FROM tool_use WHERE ctid IN (${due})`,
  },
};

/** Removes so many that are past their time; gives how many it did. A short transaction of its own. */
export const removeDue = async (
  runner: StatementRunner,
  kind: RetainedKind,
  before: Date,
  most: number,
): Promise<number> => {
  const { due, key, remove } = sweeps[kind];
  const rows = await runner.query(`${remove(`SELECT ${key} ${due} LIMIT $2`)} RETURNING 1`, [before, most]);
  return rows.length;
};

/** How many are past their time, so many at the most, and since when the oldest of them. */
export interface DueThings {
  readonly count: number;
  readonly oldestAt: Date | null;
}

export const countDue = async (
  runner: StatementRunner,
  kind: RetainedKind,
  before: Date,
  most: number,
): Promise<DueThings> => {
  const { due, at } = sweeps[kind];
  const [row] = await runner.query<DueThings>(
    `SELECT count(*)::int AS count, min(at) AS "oldestAt" FROM (SELECT ${at} AS at ${due} ORDER BY 1 LIMIT $2) AS due`,
    [before, most],
  );
  return row ?? { count: 0, oldestAt: null };
};
