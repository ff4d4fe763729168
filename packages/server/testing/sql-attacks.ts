import fc from 'fast-check';

/** What an attacker with the application's own login knows, and goes for. */
export interface Prey {
  readonly taskId: string;
  readonly tenantId: string;
  readonly approvalId: string;
  readonly planHash: string;
  readonly runId: string;
  readonly stepId: string;
  /** Of the tables, for whoever would like to be it. */
  readonly ownerRole: string;
  /** Two people who may decide, the agent, its owner, who may not, and nobody. */
  readonly people: readonly string[];
}

export interface Attack {
  readonly is: string;
  readonly sql: (prey: Prey) => string;
}

const text = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);

const attack = (is: string, sql: (prey: Prey) => string): Attack => ({ is, sql });
const words = (...statements: readonly string[]): fc.Arbitrary<Attack> =>
  fc
    .constantFrom(...statements)
    .map((sql) => attack(sql, ({ ownerRole }) => sql.replaceAll('OWNER', ownerRole)));

/** Mostly what would work, so that most raids fail by one thing alone. */
const mostly = <Value>(value: Value, ...others: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof(
    { arbitrary: fc.constant(value), weight: 4 * others.length },
    { arbitrary: fc.constantFrom(...others), weight: others.length },
  );
const who = fc.nat({ max: 4 });
const moment = mostly(
  'clock_timestamp()',
  "clock_timestamp() - interval '1 hour'",
  "clock_timestamp() + interval '1 hour'",
);
const verdict = mostly('APPROVE', 'REJECT', 'WITHDRAW');

const reviewOf = (
  { tenantId, approvalId, planHash, people }: Prey,
  by: number,
  says: string,
  at: string,
): string =>
  `INSERT INTO review (id, tenant_id, approval_id, plan_hash, reviewer_id, verdict, at)
   VALUES (gen_random_uuid(), ${text(tenantId)}, ${text(approvalId)}, ${text(planHash)}, ${text(people[by] ?? null)}, ${text(says)}, ${at})`;

const eventOf = (
  { tenantId, taskId }: Prey,
  type: string,
  actor: string | null,
  at: string,
  data: object,
): string =>
  `INSERT INTO event (seq, tenant_id, type, at, task_id, actor_id, summary, data, digest)
   SELECT (pg_current_xact_id()::text::bigint << 20) + 500000 + (random() * 400000)::int, ${text(tenantId)},
     ${text(type)}, ${at}, ${text(taskId)}, ${text(actor)}, 'forged', ${text(JSON.stringify(data))}, 'digest'`;

const aboutApproval = ({ approvalId, planHash }: Prey): object => ({ approvalId, planHash, revision: 1 });

/** A vote that nobody gave; with `isRecorded`, with its fact in the log. */
const votesBy = (voter: fc.Arbitrary<number>): fc.Arbitrary<Attack> =>
  fc
    .record({ by: voter, says: verdict, at: moment, isRecorded: fc.boolean() })
    .map(({ by, says, at, isRecorded }) =>
      attack(`${isRecorded ? 'a told' : 'an untold'} ${says} by ${by} at ${at}`, (prey) =>
        isRecorded ? recordedReviewOf(prey, by, says, at) : reviewOf(prey, by, says, at),
      ),
    );

const recordedReviewOf = (prey: Prey, by: number, says: string, at: string): string => {
  const type = says === 'WITHDRAW' ? 'approval.withdrawn' : 'approval.reviewed';
  const data = { ...aboutApproval(prey), verdict: says };
  const event = eventOf(prey, type, prey.people[by] ?? null, 'moment', data);
  return `DO $do$ DECLARE moment timestamptz(3) := ${at}; BEGIN ${reviewOf(prey, by, says, 'moment')}; ${event}; END $do$`;
};

const facts = fc
  .record({
    by: who,
    type: fc.constantFrom('approval.reviewed', 'policy.decided', 'approval.resolved', 'task.started'),
    outcome: fc.constantFrom('ALLOW', 'REQUIRE_APPROVAL'),
  })
  .map(({ by, type, outcome }) =>
    attack(`a fact ${type} by ${by}`, (prey) =>
      eventOf(prey, type, prey.people[by] ?? null, 'clock_timestamp()', {
        ...aboutApproval(prey),
        verdict: 'APPROVE',
        outcome,
      }),
    ),
  );

/** Rows of the work that the application may change. */
const changes = fc
  .constantFrom(
    `UPDATE approval_request SET status = 'APPROVED', effective_at = now(), resolved_at = now() WHERE id = {approval}`,
    `UPDATE approval_request SET status = 'PENDING' WHERE id = {approval}`,
    `UPDATE approval_request SET required = 0 WHERE id = {approval}`,
    `UPDATE approval_request SET excluded_ids = '{}' WHERE id = {approval}`,
    `UPDATE approval_request SET effective_at = '-infinity' WHERE id = {approval}`,
    `UPDATE approval_request SET expires_at = 'infinity' WHERE id = {approval}`,
    `DELETE FROM approval_request WHERE id = {approval}`,
    `UPDATE delegation SET ended_at = NULL`,
    `UPDATE delegation SET ends_at = 'infinity'`,
    `DELETE FROM delegation`,
    `UPDATE task SET status = 'RUNNING' WHERE id = {task}`,
    `UPDATE task SET status = 'AWAITING_APPROVAL', revision = 1 WHERE id = {task}`,
    `UPDATE task SET revision = 2 WHERE id = {task}`,
    `UPDATE task SET requires_approval = false WHERE id = {task}`,
    `UPDATE task SET submitted_by_id = gen_random_uuid() WHERE id = {task}`,
    `UPDATE policy_decision SET outcome = 'ALLOW' WHERE task_id = {task}`,
    `DELETE FROM policy_decision WHERE task_id = {task}`,
    `INSERT INTO policy_decision SELECT gen_random_uuid(), tenant_id, task_id, revision, plan_hash, 'ALLOW', reasons,
       bundle_hash, input, input_hash, now(), context, holds FROM policy_decision WHERE task_id = {task}`,
    `INSERT INTO policy_decision SELECT gen_random_uuid(), tenant_id, task_id, 2, plan_hash, 'ALLOW', reasons,
       bundle_hash, input, input_hash, now(), context, holds FROM policy_decision WHERE task_id = {task} AND revision = 1`,
    `INSERT INTO plan SELECT gen_random_uuid(), tenant_id, task_id, 2, hash, document, presentation, summary, risk,
       now() FROM plan WHERE task_id = {task} AND revision = 1`,
    `UPDATE run SET revision = 2, plan_hash = 'other' WHERE task_id = {task}`,
    `UPDATE review SET verdict = 'APPROVE' WHERE approval_id = {approval}`,
    `DELETE FROM review WHERE approval_id = {approval}`,
    `TRUNCATE review CASCADE`,
    `UPDATE event SET data = '{}' WHERE task_id = {task}`,
    `DELETE FROM event WHERE task_id = {task}`,
    `UPDATE principal SET roles = '{APPROVER}', disabled_at = NULL`,
    `UPDATE principal SET type = 'HUMAN', owner_id = NULL`,
    `UPDATE effect SET state = 'INTENDED'`,
    `DELETE FROM effect`,
  )
  .map((statement) =>
    attack(statement, ({ taskId, approvalId }) =>
      statement.replaceAll('{approval}', text(approvalId)).replaceAll('{task}', text(taskId)),
    ),
  );

/** That one of them decides in another's place; told or not. */
const delegations = fc
  .record({
    from: who,
    to: who,
    by: who,
    at: moment,
    until: fc.constantFrom("now() + interval '1 day'", "'infinity'", "now() - interval '1 day'"),
    isRecorded: fc.boolean(),
  })
  .map(({ from, to, by, at, until, isRecorded }) =>
    attack(`${isRecorded ? 'a told' : 'an untold'} delegation of ${from} to ${to} by ${by}`, (prey) =>
      delegationOf(
        prey,
        { fromId: prey.people[from], toId: prey.people[to], byId: prey.people[by] },
        at,
        until,
        isRecorded,
      ),
    ),
  );

interface Parties {
  readonly fromId: string | undefined;
  readonly toId: string | undefined;
  readonly byId: string | undefined;
}

export const delegationOf = (
  prey: Prey,
  { fromId = '', toId = '', byId = '' }: Parties,
  at: string,
  until: string,
  isRecorded: boolean,
): string => {
  const event = `INSERT INTO event (seq, tenant_id, type, at, actor_id, summary, data, digest)
     SELECT (pg_current_xact_id()::text::bigint << 20) + 500000 + (random() * 400000)::int, ${text(prey.tenantId)},
       'principal.delegated', moment, ${text(byId)}, 'forged', jsonb_build_object('delegationId', d,
       'fromId', ${text(fromId)}, 'principalId', ${text(toId)}), 'digest'`;
  return `DO $do$ DECLARE moment timestamptz(3) := ${at}; d uuid := gen_random_uuid(); BEGIN
    INSERT INTO delegation (id, tenant_id, from_id, to_id, starts_at, ends_at, created_by_id, created_at)
      VALUES (d, ${text(prey.tenantId)}, ${text(fromId)}, ${text(toId)}, now() - interval '1 hour', ${until}, ${text(byId)}, moment);
    ${isRecorded ? `${event};` : ''} END $do$`;
};

/** Ways round the gate itself. */
const detours = words(
  'BEGIN',
  'BEGIN ISOLATION LEVEL REPEATABLE READ',
  'BEGIN ISOLATION LEVEL SERIALIZABLE',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT here',
  'ROLLBACK TO SAVEPOINT here',
  'SET CONSTRAINTS ALL IMMEDIATE',
  'SET CONSTRAINTS ALL DEFERRED',
  "PREPARE TRANSACTION 'later'",
  'SET ROLE NONE',
  'SET ROLE OWNER',
  'SET SESSION AUTHORIZATION OWNER',
  'RESET SESSION AUTHORIZATION',
  'SET session_replication_role = replica',
  'ALTER TABLE effect DISABLE TRIGGER ALL',
  'ALTER TABLE review DISABLE TRIGGER USER',
  'DROP TRIGGER effect_needs_a_gate ON effect',
  'ALTER TABLE effect OWNER TO CURRENT_USER',
  'ALTER FUNCTION guard_effect_intent() RENAME TO gone',
  `CREATE OR REPLACE FUNCTION guard_effect_intent() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$`,
  `CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$`,
  'CREATE SCHEMA mine',
  'CREATE TEMPORARY TABLE task AS SELECT * FROM task',
  'CREATE TEMPORARY TABLE review AS SELECT * FROM review',
  'CREATE TEMPORARY VIEW approval_request AS SELECT 0 AS required',
  'CREATE TABLE public.forged (id int)',
  'SET search_path = pg_temp, public',
  'SET search_path = nowhere',
  'CREATE RULE pass AS ON INSERT TO review DO INSTEAD NOTHING',
  'GRANT OWNER TO CURRENT_USER',
  'GRANT ALL ON effect TO PUBLIC',
  'CREATE ROLE friend SUPERUSER',
  "COPY effect FROM PROGRAM 'true'",
  "SELECT set_config('session_replication_role', 'replica', false)",
  'SELECT * FROM countersign_owner.login',
  'LOCK TABLE review IN ACCESS EXCLUSIVE MODE',
);

/** A run of the task with its step claimed, as no worker claimed it. */
export const forgedClaim = (revision: 1 | 2): Attack =>
  attack(`a claim of revision ${revision}`, ({ taskId, runId, stepId }) => {
    const own = revision === 1 ? [runId, stepId] : ['gen_random_uuid()', 'gen_random_uuid()'];
    const [run, step] = own.map((id) => (id.endsWith(')') ? id : text(id)));
    return `DO $do$ DECLARE r uuid := ${run}; BEGIN
      UPDATE task SET status = 'RUNNING' WHERE id = ${text(taskId)};
      INSERT INTO run (id, tenant_id, task_id, revision, plan_hash, status, created_at)
        SELECT r, tenant_id, id, ${revision}, plan_hash, 'RUNNING', now() FROM task WHERE id = ${text(taskId)};
      INSERT INTO step (id, tenant_id, run_id, task_id, name, ordinal, phase, action_type, platform, lane, depends_on,
          state, attempt, max_attempts, fence, lease_until, dispatch_epoch, next_attempt_at)
        SELECT ${step}, tenant_id, r, id, 'step-1', 0, 1, 'noop.run@1', 'noop', 'NORMAL', '{}', 'RUNNING', 0, 4, 1,
          now() + interval '1 hour', 1, now() FROM task WHERE id = ${text(taskId)};
      END $do$`;
  });

/** What all of it is for: the ledger says that the platform may be called. */
export const intents = fc
  .constantFrom('INTENDED', 'INTENDED', 'INTENDED', 'SUCCEEDED', 'UNKNOWN')
  .map((state) =>
    attack(
      `an effect ${state}`,
      ({ taskId }) =>
        `INSERT INTO effect (id, tenant_id, task_id, step_id, number, plan_hash, state, fence, attempt,
           idempotency_key, request_hash, intended_at)
         SELECT gen_random_uuid(), tenant_id, task_id, id, 1,
           (SELECT plan_hash FROM run WHERE run.id = step.run_id), '${state}', fence, 1, gen_random_uuid(), 'hash', now()
           FROM step WHERE task_id = ${text(taskId)}`,
    ),
  );

const anyMove = fc.oneof(
  { arbitrary: votesBy(who), weight: 4 },
  { arbitrary: facts, weight: 1 },
  { arbitrary: changes, weight: 4 },
  { arbitrary: delegations, weight: 2 },
  { arbitrary: detours, weight: 3 },
  { arbitrary: fc.constantFrom(forgedClaim(1), forgedClaim(2)), weight: 1 },
  { arbitrary: intents, weight: 1 },
);

export interface Raid {
  readonly attacks: readonly Attack[];
  /** All in one transaction, with what fails taken back alone. */
  readonly isOne: boolean;
}

const resolve = attack(
  'approved, as the request says',
  ({ approvalId }) =>
    `UPDATE approval_request SET status = 'APPROVED', effective_at = now() WHERE id = ${text(approvalId)}`,
);

/** Each of the moves that an attack takes, now and then left out, with others in between. */
export const anyRaid: fc.Arbitrary<Raid> = fc
  .record({
    needed: fc.tuple(
      votesBy(mostly(0, 2, 3, 4)),
      votesBy(mostly(1, 2, 3, 4)),
      fc.constant(resolve),
      mostly(forgedClaim(1), forgedClaim(2)),
      intents,
    ),
    leftOut: fc.oneof(
      { arbitrary: fc.constant(-1), weight: 6 },
      { arbitrary: fc.nat({ max: 3 }), weight: 1 },
    ),
    others: fc.array(fc.tuple(fc.nat({ max: 4 }), anyMove), { maxLength: 4 }),
    isOne: fc.boolean(),
  })
  .map(({ needed, leftOut, others, isOne }) =>
    printed({
      attacks: needed.flatMap((move, place) => [
        ...others.flatMap(([before, other]) => (before === place ? [other] : [])),
        ...(place === leftOut ? [] : [move]),
      ]),
      isOne,
    }),
  );

const printed = (raid: Raid): Raid =>
  Object.defineProperty(raid, fc.toStringMethod, {
    value: () => `${raid.isOne ? 'in one transaction: ' : ''}${raid.attacks.map(({ is }) => is).join('; ')}`,
  });
