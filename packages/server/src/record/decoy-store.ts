import type { Environment } from '@countersign/shared';
import type { Decoy, DecoyModel } from '../domain/decoy.ts';
import type { EndedDecoyOf } from '../domain/habits.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { cellsOf, columnsOf, insertRows, updateRows, type Table } from '../infra/rows.ts';
import { firstIdAt } from './policy-past.ts';
import { stepsOf } from './plan-outline.ts';
import { isNoDecoy } from './no-decoys.ts';
import { isShorter } from './plan-size.ts';
import { tables } from './tables.ts';

const decoys: Table<Decoy> = tables.decoy;

/** Where one is looked for. */
export interface DecoyPlace {
  readonly tenantId: string;
  readonly environment: Environment;
}

/** What a place has seen since its last decoy. */
export interface SinceDecoy {
  readonly isOneOpen: boolean;
  /** Real requests, of the last 30 days at most. */
  readonly asked: number;
  /** What was drawn with the last one; null where there was none. */
  readonly lot: number | null;
}

const recentDays = 30;
const mostAsked = 10_000;
/** A larger plan is not taken as the example of a decoy; characters. */
const longestDocument = 100_000;

const insert = (tx: Transaction, made: readonly Decoy[]): void => insertRows(tx, decoys, made);
const update = (tx: Transaction, ended: readonly Decoy[]): void => updateRows(tx, decoys, ended);

/** Of these tasks, those of which nobody knows yet that they are decoys. */
const findOpen = (tx: StatementRunner, taskIds: readonly string[]): Promise<Decoy[]> =>
  taskIds.length === 0
    ? Promise.resolve([])
    : tx.query<Decoy>(
        `SELECT ${columnsOf(decoys)} FROM decoy WHERE task_id = ANY($1::uuid[]) AND ended_at IS NULL`,
        [taskIds],
      );

export const decoyStore = { insert, update, findOpen };

const modelRead = cellsOf(
  tables.task,
  { justification: 'justification', actions: 'actions' },
  { id: 'taskId', tenantId: '@tenant' },
);

/** Nobody is told of a decoy that is open. */
export const createDecoyReads = ({ reports, query }: Pick<Database, 'reports' | 'query'>) => ({
  findEnded: (tenantId: string, taskIds: readonly string[]): Promise<Decoy[]> =>
    query<Decoy>(
      `SELECT ${columnsOf(decoys)} FROM decoy
        WHERE tenant_id = $1 AND task_id = ANY($2::uuid[]) AND ended_at IS NOT NULL`,
      [tenantId, taskIds],
    ),

  /** Of the last days, the newest: those that somebody decided on. */
  findDecided: (tenantId: string, days: number, limit: number): Promise<EndedDecoyOf[]> =>
    reports.query<EndedDecoyOf>(
      `SELECT decided_by_id AS "reviewerId", result, took_ms::float8 AS "tookMs" FROM decoy
        WHERE tenant_id = $1 AND ended_at > now() - $2::int * interval '1 day' AND decided_by_id IS NOT NULL
        ORDER BY ended_at DESC LIMIT $3`,
      [tenantId, days, limit],
    ),

  async sinceLast({ tenantId, environment }: DecoyPlace, now: Date): Promise<SinceDecoy> {
    const [last] = await reports.query<Pick<Decoy, 'at' | 'lot' | 'endedAt'>>(
      `SELECT at, lot, ended_at AS "endedAt" FROM decoy WHERE tenant_id = $1 AND environment = $2::environment
        ORDER BY at DESC LIMIT 1`,
      [tenantId, environment],
    );
    const oldest = new Date(now.getTime() - recentDays * 86_400_000);
    const since = last && last.at > oldest ? last.at : oldest;
    const [row] = await reports.query<{ asked: number }>(
      `SELECT count(*)::int AS asked FROM (SELECT FROM approval_request a
         WHERE a.id >= $3::uuid AND a.tenant_id = $1 AND a.environment = $2::environment AND a.revision = 1
           AND a.created_at > $4 AND ${isNoDecoy('a.task_id')} LIMIT $5) one`,
      [tenantId, environment, firstIdAt(since), since, mostAsked],
    );
    return {
      isOneOpen: last !== undefined && last.endedAt === null,
      asked: row?.asked ?? 0,
      lot: last?.lot ?? null,
    };
  },

  /** What agents and services asked for lately, the newest first. */
  findModels: ({ tenantId, environment }: DecoyPlace, now: Date, limit: number): Promise<DecoyModel[]> =>
    reports.query<DecoyModel>(
      `SELECT t.id AS "taskId", t.goal, t.justification, t.priority, t.source, t.tags, t.timeout_ms AS "timeoutMs",
         t.retry, t.requires_approval AS "requiresApproval", t.submitted_by_id AS "submittedById",
         t.hand_ids AS "handIds", t.tenant_id AS "@tenant", t.actions,
         (SELECT coalesce(jsonb_agg(DISTINCT split_part(s->>'action', '@', 1)), '[]')
            FROM jsonb_array_elements(${stepsOf('p')}) s) AS "actionTypes",
         (SELECT coalesce(jsonb_agg(DISTINCT o->>'name'), '[]')
            FROM jsonb_array_elements(${stepsOf('p')}) s, jsonb_array_elements(s->'targets') o) AS targets
       FROM approval_request a
         JOIN task t ON t.id = a.task_id AND t.revision = a.revision
         JOIN plan p ON p.task_id = t.id AND p.revision = t.revision AND ${isShorter('p', longestDocument)}
         JOIN principal r ON r.id = t.submitted_by_id AND r.type <> 'HUMAN' AND r.disabled_at IS NULL
       WHERE a.id >= $3::uuid AND a.tenant_id = $1 AND a.environment = $2::environment
         AND t.mode = 'APPLY' AND t.priority <> 'CRITICAL' AND t.agent IS NULL AND t.parent_task_id IS NULL
         AND t.sources = '[]' AND ${isNoDecoy('t.id')}
       ORDER BY a.id DESC LIMIT $4${modelRead}`,
      [tenantId, environment, firstIdAt(new Date(now.getTime() - recentDays * 86_400_000)), limit],
    ),
});

export type DecoyReads = ReturnType<typeof createDecoyReads>;
