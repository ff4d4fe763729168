import type { ActionCategory } from '@countersign/shared';
import type { Stop } from '../domain/decision.ts';
import type { KillSwitch, StopScope } from '../domain/kill-switch.ts';
import type { Sight } from '../domain/sight.ts';
import type { Task } from '../domain/task.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, only, updateRows, type Table } from '../infra/rows.ts';
import { andNumbered, isTaskInSight } from './in-sight.ts';
import { tables } from './tables.ts';
import { turnToAdd } from './turn-to-add.ts';
import { stepsOf } from './plan-outline.ts';

/** A switch with who engaged it, by name; null where it was the operator of the machine. */
export interface TrippedSwitch extends KillSwitch {
  readonly by: string | null;
  /** As `value`; of an agent, its name. */
  readonly valueName: string | null;
}

/** What a worker says of the present stage of a switch. */
export interface WorkerStop {
  readonly worker: string;
  /** When it said that it knows; null where it has not yet. */
  readonly acknowledgedAt: Date | null;
  /** When it had nothing of it in hand any more. */
  readonly quietAt: Date | null;
  /** How many steps it has in hand still, of all tenants. */
  readonly stillInHand: number;
  /** Those that whoever asks sees. */
  readonly inHand: readonly StopStep[];
}

export interface StopStep {
  readonly taskId: string;
  readonly name: string;
  readonly platform: string;
}

export interface WorkStep {
  readonly platform: string;
  /** `repo.commit@1` */
  readonly actionType: string;
  /** As it was planned: what only reads goes on sooner. */
  readonly category: ActionCategory;
}

/** What stops any of these steps of a task now; null where nothing does. Never rejects: what cannot be read is a stop. */
export type FindStop = (
  task: Pick<Task, 'tenantId' | 'environment' | 'submittedById' | 'risk' | 'sources'>,
  steps: readonly WorkStep[],
) => Promise<Stop | null>;

/** What a stop of a scope would hold up now. */
export interface StopReach {
  /** Steps in flight. */
  readonly running: number;
  /** Tasks that were submitted and have still to run, or to go on. */
  readonly queued: number;
  /** Open requests. */
  readonly approvals: number;
  /** Of the steps in flight, those of which nobody would know what they did if they were ended. */
  readonly uninterruptible: number;
}

export interface KillSwitchStore {
  /** Of all tenants, those that are not released yet; the oldest first. */
  findEngaged(): Promise<KillSwitch[]>;
  /** Those of a tenant and the global ones, or that of an id among them: engaged ones first, then the newest. */
  list(tenantId: string, limit: number, id?: string): Promise<TrippedSwitch[]>;
  /** How many of those that this tenant engaged are not released yet. */
  countEngaged(tx: Transaction, tenantId: string): Promise<number>;
  /** Waits for others of the tenant who engage a narrow one now. */
  turnToEngage(tx: Transaction, tenantId: string): Promise<void>;
  lock(tx: Transaction, id: string): Promise<KillSwitch | null>;
  insert(tx: Transaction, made: KillSwitch): void;
  update(tx: Transaction, changed: KillSwitch): void;
  /** Gives the database's time. */
  now(tx: Transaction): Promise<Date>;
  /**
   * Waits until all that was intended before is committed or gone: what is intended later sees what is committed by
   * now. Sessions that take longer than `patienceMs` are ended. Gives how long it took, in milliseconds.
   */
  awaitIntents(patienceMs: number): Promise<number>;
  /** What each worker that lives says of the present stage; of one that was released long ago, nobody says anything. */
  findAcks(
    switches: readonly Pick<KillSwitch, 'id' | 'epoch'>[],
    sight: Sight,
  ): Promise<ReadonlyMap<string, readonly WorkerStop[]>>;
  countReach(scope: StopScope & { readonly tenantId: string }, unsafe: readonly string[]): Promise<StopReach>;
  /** Whose operators speak for the whole installation: the tenant that was made first. */
  findOwnTenant(): Promise<string | null>;
  findTenantIds(tx: Transaction): Promise<string[]>;
}

const table: Table<KillSwitch> = tables.killSwitch;
const staged = only(table, 'id', 'stage', 'stagedAt', 'epoch', 'asks');
const columns = columnsOf(table, 'k');
const engaged = `k.stage IN ('STOPPED', 'OBSERVE', 'LOW_RISK')`;
const tripped = `SELECT ${columns}, p.name AS by, coalesce((SELECT a.name FROM principal a
  WHERE k.kind = 'AGENT' AND a.id::text = k.value), k.value) AS "valueName" FROM kill_switch k LEFT JOIN principal p ON p.id = k.by_id`;
const lockKey = `hashtextextended('countersign stop', 0)`;

export const createKillSwitchStore = (
  database: Pick<Database, 'query' | 'transaction' | 'reports'>,
): KillSwitchStore => ({
  findEngaged: () =>
    database.query<KillSwitch>(
      `SELECT ${columns} FROM kill_switch k WHERE ${engaged} ORDER BY k.engaged_at, k.id`,
    ),

  list: (tenantId, limit, id) =>
    database.query<TrippedSwitch>(
      `${tripped} WHERE (k.tenant_id = $1 OR k.kind = 'GLOBAL') AND ($3::uuid IS NULL OR k.id = $3)
       ORDER BY k.stage = 'ALL', k.engaged_at DESC, k.id LIMIT $2`,
      [tenantId, limit, id ?? null],
    ),

  turnToEngage: (tx, tenantId) => turnToAdd(tx, 'stops', tenantId),

  async countEngaged(tx, tenantId) {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM kill_switch k WHERE ${engaged} AND k.tenant_id = $1`,
      [tenantId],
    );
    return row?.count ?? 0;
  },

  async lock(tx, id) {
    const [found] = await tx.query<KillSwitch>(
      `SELECT ${columns} FROM kill_switch k WHERE k.id = $1 FOR UPDATE`,
      [id],
    );
    return found ?? null;
  },

  insert(tx, made) {
    insertRows(tx, table, [made]);
  },

  update(tx, changed) {
    updateRows(tx, staged, [changed]);
  },

  async now(tx) {
    const [row] = await tx.query<{ now: Date }>('SELECT now() AS now');
    if (!row) throw new Error('The database gave no time.');
    return row.now;
  },

  awaitIntents: (patienceMs) => awaitIntents(database, patienceMs),
  findAcks: (switches, sight) => findAcks(database, switches, sight),
  countReach: (scope, unsafe) => countReach(database, scope, unsafe),

  async findOwnTenant() {
    const [row] = await database.query<{ id: string }>(
      'SELECT id FROM tenant ORDER BY created_at, id LIMIT 1',
    );
    return row?.id ?? null;
  },

  async findTenantIds(tx) {
    const rows = await tx.query<{ id: string }>('SELECT id FROM tenant ORDER BY id');
    return rows.map(({ id }) => id);
  },
});

/** 55P03: somebody else has it still. */
const isStillTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '55P03';

/** A session that is ended goes once it is given the processor. */
const mostBarriers = 10;

const awaitIntents = async (
  database: Pick<Database, 'query' | 'transaction'>,
  patienceMs: number,
): Promise<number> => {
  const startedAt = performance.now();
  const barrier = (): Promise<void> =>
    database.transaction(async (tx) => {
      tx.write(`SELECT set_config('lock_timeout', $1, true)`, [`${patienceMs}ms`]);
      await tx.query(`SELECT pg_advisory_xact_lock(${lockKey})`);
    });
  for (let left = mostBarriers; ; left -= 1) {
    try {
      await barrier();
      return performance.now() - startedAt;
    } catch (error) {
      if (!isStillTaken(error) || left === 1) throw error;
      // A process that was stopped inside a transaction: what it intended is rolled back, and intended anew by others.
      await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND (classid::bigint << 32) | objid::bigint = ${lockKey} AND pid <> pg_backend_pid()`,
      );
    }
  }
};

interface AckRow extends WorkerStop {
  readonly switchId: string;
}

/** Every worker whose report has not expired, or which has said something of it, or has a step of it under its lease. */
const findAcks = async (
  database: Pick<Database, 'query'>,
  switches: readonly Pick<KillSwitch, 'id' | 'epoch'>[],
  sight: Sight,
): Promise<ReadonlyMap<string, readonly WorkerStop[]>> => {
  if (switches.length === 0) return new Map();
  const [and, values] = andNumbered(isTaskInSight(sight, 's.task_id'), 3);
  const rows = await database.query<AckRow>(
    `WITH wanted AS (
       SELECT w.id, w.epoch FROM unnest($1::uuid[], $2::int[]) AS w(id, epoch) JOIN kill_switch k ON k.id = w.id
       WHERE k.stage <> 'ALL' OR k.staged_at > now() - interval '1 minute'),
     live AS (SELECT name FROM process_report WHERE role <> 'API' AND expires_at > now()),
     said AS (
       SELECT a.* FROM kill_switch_ack a JOIN wanted w ON a.switch_id = w.id AND a.epoch = w.epoch
       WHERE a.worker IN (SELECT name FROM live) OR a.in_hand <> '{}' OR a.at > now() - interval '10 seconds'),
     held AS MATERIALIZED (
       SELECT w.id AS switch_id, s.worker, s.id, s.tenant_id, s.task_id, s.name, s.platform
       FROM wanted w JOIN kill_switch k ON k.id = w.id
       JOIN step s ON s.state = 'RUNNING' AND s.lease_until > now() AND s.worker IS NOT NULL
       JOIN task t ON t.id = s.task_id
       WHERE CASE WHEN k.is_drill THEN stop_covers(k, s, t) ELSE stop_holds(k, s, t) END)
     SELECT w.id AS "switchId", workers.worker, a.since AS "acknowledgedAt", a.quiet_at AS "quietAt",
       hand.count AS "stillInHand", hand.own AS "inHand"
     FROM wanted w CROSS JOIN LATERAL (
       SELECT name AS worker FROM live UNION SELECT said.worker FROM said WHERE said.switch_id = w.id
       UNION SELECT held.worker FROM held WHERE held.switch_id = w.id) AS workers
     LEFT JOIN said a ON a.switch_id = w.id AND a.worker = workers.worker
     CROSS JOIN LATERAL (
       SELECT count(*)::int, coalesce(json_agg(json_build_object(
         'taskId', s.task_id, 'name', s.name, 'platform', s.platform) ORDER BY s.id)
         FILTER (WHERE s.tenant_id = $3${and}), '[]') AS own
       FROM held s WHERE s.switch_id = w.id AND s.worker = workers.worker) AS hand
     ORDER BY workers.worker`,
    [switches.map(({ id }) => id), switches.map(({ epoch }) => epoch), sight.tenantId, ...values],
  );
  return Map.groupBy(rows, ({ switchId }) => switchId);
};

/** A switch as it would be. */
const imagined = `jsonb_populate_record(NULL::kill_switch,
  jsonb_build_object('tenant_id', $1::uuid, 'kind', $2::text, 'value', $3::text)) AS k`;
/** Of these scopes a task tells by its steps, and of all others by itself. */
const byStep = `$2 IN ('PLATFORM', 'ACTION_TYPE')`;
const inItsRun = `EXISTS (SELECT FROM run r JOIN step s ON s.run_id = r.id
  WHERE r.task_id = t.id AND r.revision = t.revision AND stop_covers(k, s, t))`;
const inItsPlan = `EXISTS (SELECT FROM plan p CROSS JOIN LATERAL jsonb_array_elements(${stepsOf('p')}) AS planned
  WHERE p.task_id = t.id AND p.revision = t.revision AND stop_covers(k, jsonb_populate_record(NULL::step,
    jsonb_build_object('platform', planned->>'platform', 'action_type', planned->>'action')), t))`;

const countReach = async (
  { reports }: Pick<Database, 'reports'>,
  { tenantId, kind, value }: StopScope & { readonly tenantId: string },
  unsafe: readonly string[],
): Promise<StopReach> => {
  const scope = [tenantId, kind, value];
  const [[flying], [waiting]] = await Promise.all([
    reports.query<Pick<StopReach, 'running' | 'uninterruptible'>>(
      `SELECT count(*)::int AS running,
         count(*) FILTER (WHERE s.action_type = ANY ($4::text[]))::int AS uninterruptible
       FROM ${imagined} JOIN step s ON s.state = 'RUNNING' JOIN task t ON t.id = s.task_id
       WHERE stop_covers(k, s, t)`,
      [...scope, unsafe],
    ),
    reports.query<Pick<StopReach, 'queued' | 'approvals'>>(
      `SELECT count(*) FILTER (WHERE t.status <> 'AWAITING_APPROVAL')::int AS queued,
         count(*) FILTER (WHERE t.status = 'AWAITING_APPROVAL')::int AS approvals
       FROM ${imagined} JOIN task t ON t.status IN ('QUEUED', 'RUNNING', 'PAUSED', 'HELD', 'AWAITING_APPROVAL')
         AND (t.tenant_id = $1 OR $2 = 'GLOBAL')
       WHERE CASE WHEN NOT ${byStep} THEN stop_covers(k, NULL::step, t)
         WHEN t.status IN ('HELD', 'AWAITING_APPROVAL') THEN ${inItsPlan} ELSE ${inItsRun} END`,
      scope,
    ),
  ]);
  return {
    running: flying?.running ?? 0,
    queued: waiting?.queued ?? 0,
    approvals: waiting?.approvals ?? 0,
    uninterruptible: flying?.uninterruptible ?? 0,
  };
};
