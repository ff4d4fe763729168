import { createDatabase, type Connections } from '../packages/server/src/infra/database.ts';
import { createLogger } from '../packages/server/src/infra/logger.ts';

export interface ScaleSize {
  readonly finished: number;
  readonly waiting: number;
}

/** A page of everything: what is measured has as much to tell there as in the largest installation. */
export const smallest: ScaleSize = { finished: 2_000, waiting: 200 };

/** What the measures ask for among the rows. */
export interface ScaleRows {
  /** A task in the middle of the list. */
  readonly middleId: string;
  /** One of many agents. */
  readonly agentId: string;
  readonly databaseGb: number;
}

export const words = { common: 'deploy', rare: 'zanzibar' } as const;
export const rareEventType = 'step.retrying';

const agents = 20;
const tasksPerChunk = 50_000;
const eventsPerTask = 8;
const days = 30;

/**
 * Fills an installation with what `size` tasks leave behind, spread over a month: of a hundred that are finished 90
 * succeeded, 20 of them after an approval; of those that wait half wait for people, and half for a turn that does not
 * come while somebody measures. Triggers are passed by, as a restored copy passes them by.
 */
export const fillInstallation = async (
  connectionString: string,
  size: ScaleSize,
  tell: (text: string) => void,
): Promise<ScaleRows> => {
  await using owner = createDatabase({
    connectionString,
    poolSize: 1,
    statementTimeoutMs: 3_600_000,
    logger: createLogger({ level: 'error' }),
  });
  await owner.query('SELECT set_config($1, $2, false)', ['session_replication_role', 'replica']);
  await owner.query('SELECT set_config($1, $2, false)', ['maintenance_work_mem', '512MB']);
  const [{ round } = { round: 0 }] = await owner.query<{ round: number }>(
    `SELECT count(*)::int AS round FROM task WHERE idempotency_key LIKE 'scale % 0'`,
  );
  if (round === 0) await owner.query(agentRows, [agents]);
  const count = size.finished + size.waiting;
  const stride = BigInt(eventsPerTask * tasksPerChunk);
  for (let from = 0; from < count; from += tasksPerChunk) {
    const to = Math.min(count, from + tasksPerChunk);
    // Before the first event of this database, so that nobody who follows the log, seals or counts it meets them.
    const seq = 1n + BigInt(from / tasksPerChunk + round) * stride;
    await fillChunk(owner, { from, to, count, waitingEach: Math.round(count / size.waiting), seq, round });
    tell(`  ${to.toLocaleString('en')} of ${count.toLocaleString('en')} tasks …`);
  }
  // The log did not tell of them, so what ended is summed up anew.
  await owner.query('DELETE FROM step_figures_cursor');
  await owner.query('DELETE FROM step_figures');
  await owner.query('DELETE FROM step_figures_due');
  await owner.query('VACUUM (ANALYZE)');
  await owner.query('CHECKPOINT');
  const [row] = await owner.query<ScaleRows>(
    `SELECT (SELECT id FROM task WHERE correlation_id = $1) AS "middleId",
            (SELECT id FROM principal WHERE name = 'scale-7') AS "agentId",
            round(pg_database_size(current_database()) / 1073741824.0, 2)::float8 AS "databaseGb"`,
    [`scale ${round} ${Math.floor(size.finished / 2)}`],
  );
  if (!row) throw new Error('There are no rows.');
  return row;
};

const agentRows = `INSERT INTO principal (id, tenant_id, type, name, roles, owner_id, created_at)
  SELECT uuidv7(), p.tenant_id, 'AGENT', 'scale-' || n, '{SUBMITTER}', p.id, now()
    FROM (SELECT id, tenant_id FROM principal WHERE type = 'HUMAN' ORDER BY id LIMIT 1) AS p, generate_series(0, $1::int - 1) AS n`;

interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly waitingEach: number;
  readonly seq: bigint;
  readonly round: number;
}

const fillChunk = async (
  owner: Connections,
  { from, to, count, waitingEach, seq, round }: Chunk,
): Promise<void> => {
  await owner.query('DROP TABLE IF EXISTS scale_row');
  await owner.query(scaleRows, [from, to, count, waitingEach, days, round]);
  for (const statement of rowsOfTasks) await owner.query(statement);
  await owner.query(eventRows, [seq, from, eventsPerTask]);
};

/** $1 to $2 of $3 tasks, of which each $4th waits, over $5 days; $6 fillings came before. */
const scaleRows = `CREATE TEMPORARY TABLE scale_row AS
  SELECT made.*, 'scale ' || $6::int || ' ' || n AS name, uuidv7(made.at - now()) AS id, agent.id AS agent_id, agent.tenant_id, agent.owner_id,
    CASE WHEN is_waiting THEN CASE WHEN n % 2 = 0 THEN 'AWAITING_APPROVAL' ELSE 'QUEUED' END
         WHEN n % 100 < 90 THEN 'SUCCEEDED' WHEN n % 100 < 95 THEN 'FAILED' WHEN n % 100 < 98 THEN 'REJECTED'
         ELSE 'CANCELLED' END AS status,
    (ARRAY['LOW', 'LOW', 'MEDIUM', 'HIGH'])[1 + n % 4] AS risk,
    (ARRAY['DEVELOPMENT', 'STAGING', 'PRODUCTION'])[1 + n % 3] AS environment,
    (ARRAY['git', 'slack', 'kubernetes', 'notion', 'trello'])[1 + n % 5] AS platform,
    CASE WHEN n % 3 = 0 THEN 'Deploy' ELSE 'Update' END || ' service ' || md5(n::text) || ' of customer ' || n % 1000
      || CASE WHEN n % 50000 = 242 THEN ' in Zanzibar' ELSE '' END AS goal,
    (n % 5) * 20 + 10 + n % 17 AS took_ms,
    NOT is_waiting AND (n % 100 BETWEEN 10 AND 29 OR n % 100 BETWEEN 95 AND 97) OR is_waiting AND n % 2 = 0 AS is_asked
  FROM (SELECT n::int, n % $4::int = 1 AS is_waiting, now() - interval '1 minute' - ($3::int - n) * ($5::int * interval '1 day' / $3::int) AS at
          FROM generate_series($1::int, $2::int - 1) AS n) AS made
  JOIN principal agent ON agent.name = 'scale-' || made.n / 7 % ${agents}`;

const isRun = `status IN ('SUCCEEDED', 'FAILED', 'QUEUED')`;
const ended = `CASE WHEN status NOT IN ('AWAITING_APPROVAL', 'QUEUED') THEN at + took_ms * interval '1 millisecond' END`;
const none = `encode(sha256(n::text::bytea), 'hex')`;

const rank = `8 + array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], risk) - 1`;

const rowsOfTasks = [
  `INSERT INTO task (id, tenant_id, submitted_by_id, idempotency_key, request_hash, goal, actions, mode, priority,
     environment, requires_approval, correlation_id, tags, retry, status, revision, plan_hash, risk, created_at, updated_at,
     started_at, finished_at)
   SELECT id, tenant_id, agent_id, name, ${none}, goal,
     jsonb_build_array(jsonb_build_object('name', 's1', 'type', 'noop.run', 'params', '{}'::jsonb)), 'APPLY', 'NORMAL',
     environment::environment, is_asked, name, '{}', '{"maxAttempts": 4}', status::task_status, 1, ${none}, risk::risk,
     at, coalesce(${ended}, at), CASE WHEN ${isRun} AND status <> 'QUEUED' THEN at END, ${ended} FROM scale_row`,
  `INSERT INTO task_goal (task_id, tenant_id, goal) SELECT id, tenant_id, goal FROM scale_row`,
  `INSERT INTO plan (id, tenant_id, task_id, revision, hash, document, presentation, summary, risk, likeness, kind, created_at)
   SELECT id, tenant_id, id, 1, ${none}, jsonb_build_object('goal', goal, 'steps', jsonb_build_array(${none}))::text, '{"steps": []}',
     goal, risk::risk, md5(n::text), 'noop.run@1', at FROM scale_row`,
  `INSERT INTO policy_decision (id, tenant_id, task_id, revision, plan_hash, outcome, reasons, bundle_hash, input, input_hash, decided_at)
   SELECT id, tenant_id, id, 1, ${none}, CASE WHEN is_asked THEN 'REQUIRE_APPROVAL' ELSE 'ALLOW' END::decision_outcome, '[]', 'scale',
     jsonb_build_object('goal', goal), ${none}, at FROM scale_row`,
  `INSERT INTO approval_request (id, tenant_id, task_id, revision, plan_hash, status, required, undo_window_ms, risk, environment,
     rank, excluded_ids, created_at, expires_at, resolved_at)
   SELECT id, tenant_id, id, 1, ${none}, CASE status WHEN 'AWAITING_APPROVAL' THEN 'PENDING' WHEN 'REJECTED' THEN 'REJECTED'
       ELSE 'APPROVED' END::approval_status, 1, 0, risk::risk, environment::environment, ${rank}, ARRAY[agent_id], at,
     now() + interval '7 days' + n * interval '1 millisecond', ${ended} FROM scale_row WHERE is_asked`,
  `INSERT INTO review (id, tenant_id, approval_id, plan_hash, reviewer_id, verdict, at)
   SELECT id, tenant_id, id, ${none}, owner_id, CASE status WHEN 'REJECTED' THEN 'REJECT' ELSE 'APPROVE' END::verdict, at
   FROM scale_row WHERE is_asked AND status <> 'AWAITING_APPROVAL'`,
  `INSERT INTO run (id, tenant_id, task_id, revision, plan_hash, status, created_at, started_at, finished_at)
   SELECT id, tenant_id, id, 1, ${none}, status::run_status, at, CASE WHEN status <> 'QUEUED' THEN at END, ${ended}
   FROM scale_row WHERE ${isRun}`,
  `INSERT INTO step (id, tenant_id, run_id, task_id, name, ordinal, phase, action_type, platform, lane, depends_on, state,
     attempt, max_attempts, fence, dispatch_epoch, dispatched_at, next_attempt_at, ready_at, started_at, finished_at)
   SELECT id, tenant_id, id, id, 's1', 0, 0, 'noop.run@1', platform, 'NORMAL', '{}',
     CASE status WHEN 'QUEUED' THEN 'READY' ELSE status END::step_state, CASE WHEN status = 'QUEUED' THEN 0 ELSE 1 END, 4, 1, 1, now(),
     at, at, CASE WHEN status <> 'QUEUED' THEN at + interval '5 milliseconds' END, ${ended} FROM scale_row WHERE ${isRun}`,
  `INSERT INTO outbox (step_id, epoch, lane, platform, due_at, since, tenant_id, submitter_id)
   SELECT id, 1, 'NORMAL', 'noop', now() + interval '1 day', at, tenant_id, agent_id FROM scale_row WHERE status = 'QUEUED'`,
  `INSERT INTO effect (id, tenant_id, task_id, step_id, number, plan_hash, state, fence, attempt, idempotency_key, request_hash,
     intended_at, settled_at)
   SELECT id, tenant_id, id, id, 1, ${none}, status::effect_state, 1, 1, id::text, ${none}, at, ${ended}
   FROM scale_row WHERE status IN ('SUCCEEDED', 'FAILED')`,
];

/** From place $1 on for the task $2, $3 places each. */
const eventRows = `INSERT INTO event (seq, tenant_id, type, at, task_id, actor_id, summary, data, digest, salt)
  SELECT $1::bigint + (n - $2::int) * $3::int + place - 1, tenant_id, type, at + place * interval '1 millisecond', id, agent_id,
    type || ': ' || goal, jsonb_build_object('platform', platform, 'step', 's1', 'revision', 1, 'durationMs', took_ms, 'note', goal),
    ${none}, md5(n::text)
  FROM scale_row, unnest(CASE
      WHEN status = 'AWAITING_APPROVAL' THEN ARRAY['task.submitted', 'policy.decided', 'approval.requested']
      WHEN status = 'QUEUED' THEN ARRAY['task.submitted', 'policy.decided', 'task.queued']
      WHEN status = 'REJECTED' THEN ARRAY['task.submitted', 'policy.decided', 'approval.requested', 'approval.resolved', 'task.rejected']
      WHEN status = 'CANCELLED' THEN ARRAY['task.submitted', 'policy.decided', 'task.queued', 'task.cancelled']
      WHEN is_asked THEN ARRAY['task.submitted', 'policy.decided', 'approval.requested', 'approval.resolved', 'task.queued',
        'task.started', 'step.succeeded', 'task.succeeded']
      WHEN n % 10000 = 1 THEN ARRAY['task.submitted', 'policy.decided', 'task.queued', 'task.started', 'step.started',
        '${rareEventType}', 'step.succeeded', 'task.succeeded']
      ELSE ARRAY['task.submitted', 'policy.decided', 'task.queued', 'task.started', 'step.started', 'step.succeeded',
        'task.succeeded'] END) WITH ORDINALITY AS fact(type, place)`;
