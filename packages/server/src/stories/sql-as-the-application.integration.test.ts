import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChaos } from '../../testing/chaos.ts';
import {
  anyRaid,
  delegationOf,
  forgedClaim,
  intents,
  type Prey,
  type Raid,
} from '../../testing/sql-attacks.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { asPlanned, type Task } from '../domain/task.ts';
import { newId } from '../infra/ids.ts';

const raids = 200;
const timeoutMs = 240_000;
let world: World;
let ownerRole: string;
let statements = 0;

beforeAll(async () => {
  world = await createWorld({ background: 'NONE', asking: { required: 2 } });
  const [owner] = await world.owner.query<{ name: string }>('SELECT current_user::text AS name');
  ownerRole = owner?.name ?? '';
});
afterAll(() => world[Symbol.asyncDispose]());

/** What people have said of a task before somebody attacks. */
const stages = {
  asked: () => Promise.resolve(),
  'approved by one of two': (task: Task) => world.approver.approves(task),
  'approved and taken back': async (task: Task) => {
    await world.approver.approves(task);
    await world.secondApprover.approves(await heldBack(task));
    await world.approver.withdraws(task);
  },
  rejected: (task: Task) => world.approver.rejects(task),
  'approved by one, rejected by the other': async (task: Task) => {
    await world.approver.approves(task);
    await world.secondApprover.rejects(task);
  },
  cancelled: (task: Task) => world.agent.cancels(task),
  'not decided in time': (task: Task) =>
    world.owner.query('UPDATE approval_request SET expires_at = created_at WHERE task_id = $1', [task.id]),
} as const;
type Stage = keyof typeof stages;

/** No trigger keeps the owner of the database from it. */
const forgetDelegations = (): Promise<void> =>
  world.owner.transaction(async (tx) => {
    await tx.query('SET LOCAL session_replication_role = replica');
    await tx.query('DELETE FROM delegation');
  });

/** With an undo window that is open for as long as the test goes on. */
const heldBack = async (task: Task): Promise<Task> => {
  await world.owner.query('UPDATE approval_request SET undo_window_ms = 3600000 WHERE task_id = $1', [
    task.id,
  ]);
  return task;
};

const preyOf = async (task: Task): Promise<Prey> => {
  const [approval] = await world.approvalsOf(task);
  return {
    taskId: task.id,
    tenantId: task.tenantId,
    approvalId: approval?.id ?? '',
    planHash: asPlanned(task).planHash,
    runId: newId(),
    stepId: newId(),
    ownerRole,
    people: [
      world.approver.principal.id,
      world.secondApprover.principal.id,
      world.agent.principal.id,
      world.operator.principal.id,
      newId(),
    ],
  };
};

/** As whoever holds the application's own login, in a session of its own; gives the answers that were errors. */
const raid = async ({ attacks, isOne }: Raid, prey: Prey): Promise<unknown[]> => {
  const intruder = new pg.Client({ connectionString: world.config.database.given?.app });
  await intruder.connect();
  const refusals: unknown[] = [];
  const run = async (sql: string): Promise<void> => {
    await intruder.query(sql).catch((error: unknown) => refusals.push(error));
  };
  if (isOne) await run('BEGIN');
  for (const { sql } of attacks) {
    if (isOne) await intruder.query('SAVEPOINT attempt').catch(() => undefined);
    const before = refusals.length;
    await run(sql(prey));
    statements += 1;
    if (isOne && refusals.length > before)
      await intruder.query('ROLLBACK TO SAVEPOINT attempt').catch(() => undefined);
  }
  if (isOne) await run('COMMIT');
  await intruder.end();
  return refusals;
};

/** Effects that are committed although the log does not tell of a decision, or of the people whom it asks for. */
const unfounded = (task: Task): Promise<object[]> =>
  world.owner.query(
    `SELECT effect.id, effect.state, word.outcome, word.people FROM effect CROSS JOIN LATERAL (
       SELECT (SELECT max(e.data->>'outcome') FROM event e WHERE e.task_id = effect.task_id
                 AND e.type = 'policy.decided' AND e.data->>'planHash' = effect.plan_hash) AS outcome,
              (SELECT max((e.data->>'required')::int) FROM event e WHERE e.task_id = effect.task_id
                 AND e.type = 'approval.requested') AS required,
              EXISTS (SELECT FROM event e WHERE e.task_id = effect.task_id AND e.type = 'approval.reviewed'
                 AND e.data->>'verdict' = 'REJECT') AS is_rejected,
              (SELECT count(DISTINCT e.actor_id)::int FROM event e WHERE e.task_id = effect.task_id
                 AND e.type = 'approval.reviewed' AND e.data->>'verdict' = 'APPROVE'
                 AND e.data->>'planHash' = effect.plan_hash AND e.actor_id = ANY ($2::uuid[])
                 AND NOT EXISTS (SELECT FROM event w WHERE w.task_id = e.task_id AND w.actor_id = e.actor_id
                   AND w.type = 'approval.withdrawn' AND (w.at, w.seq) > (e.at, e.seq))) AS people) AS word
      WHERE effect.task_id = $1
        AND (word.outcome IS NULL OR word.is_rejected OR word.people < coalesce(word.required, 0))`,
    [task.id, [world.approver.principal.id, world.secondApprover.principal.id]],
  );

test('an approved plan goes through the gate as somebody who holds the login may send it', async () => {
  const task = await world.agent.submits(aRiskyTask());
  await world.approver.approves(task);
  await world.secondApprover.approves(task);
  const intent = fc.sample(intents, { numRuns: 50, seed: 1 }).find(({ is }) => is.endsWith('INTENDED'));
  const attacks = [forgedClaim(1), ...(intent ? [intent] : [])];
  // It has a run already, of the step that it was released with.
  await world.owner.query('DELETE FROM step WHERE task_id = $1', [task.id]);
  await world.owner.query('DELETE FROM run WHERE task_id = $1', [task.id]);
  expect(await raid({ attacks, isOne: true }, await preyOf(task))).toEqual([]);
  expect(await world.owner.query('SELECT state FROM effect WHERE task_id = $1', [task.id])).toEqual([
    { state: 'INTENDED' },
  ]);
  expect(await unfounded(task)).toEqual([]);
});

/** Delegations that stand although nobody who may has said so in the log, of people who may. */
const untoldDelegations = (): Promise<object[]> =>
  world.owner.query(
    `SELECT d.id FROM delegation d WHERE d.from_id = d.to_id OR d.ends_at > d.starts_at + interval '91 days'
        OR NOT EXISTS (SELECT FROM event e WHERE e.type = 'principal.delegated' AND e.actor_id = d.created_by_id
                         AND e.data->>'delegationId' = d.id::text AND e.at = d.created_at)`,
  );

test('nobody decides in the place of another by a row that nobody who may has told of', async () => {
  const prey = await preyOf(await world.agent.submits(aRiskyTask()));
  const [ann, ben, agent, owner, nobody] = prey.people;
  const inADay = "now() + interval '1 day'";
  const forge = (
    from: string | undefined,
    to: string | undefined,
    by: string | undefined,
    more: { at?: string; until?: string; isRecorded?: boolean } = {},
  ) => {
    const { at = 'clock_timestamp()', until = inADay, isRecorded = true } = more;
    const sql = delegationOf(prey, { fromId: from, toId: to, byId: by }, at, until, isRecorded);
    return raid({ attacks: [{ is: 'a delegation', sql: () => sql }], isOne: false }, prey);
  };
  const refusedBy = [
    await forge(ann, ben, ann, { isRecorded: false }),
    await forge(ann, ben, ben),
    await forge(ann, ben, owner),
    await forge(ann, agent, ann),
    await forge(ann, ann, ann),
    await forge(nobody, ben, nobody),
    await forge(ann, ben, ann, { until: "'infinity'" }),
    await forge(ann, ben, ann, { at: "now() - interval '1 day'" }),
  ];
  for (const refusals of refusedBy) expect(refusals).toMatchObject([{ code: 'CS005' }]);
  expect(await world.owner.query('SELECT 1 FROM delegation')).toEqual([]);
  // As with a vote, its word together with its fact is all that the gate can ask for; it is not handed on.
  expect(await forge(ann, ben, ann)).toEqual([]);
  expect(await forge(ben, ann, ben)).toMatchObject([{ code: 'CS005' }]);
  await forgetDelegations();
});

test(
  "no statement of the application's user admits an effect without a decision and people's word in the log",
  async () => {
    const { seed } = createChaos('SQL as the application');
    const anyStage = fc.constantFrom(...(Object.keys(stages) as Stage[]));
    const property = fc.asyncProperty(anyStage, anyRaid, async (stage, attacks) => {
      const task = await world.agent.submits(aRiskyTask());
      await stages[stage](task);
      const prey = await preyOf(task);
      await raid(attacks, prey);
      expect(await unfounded(task)).toEqual([]);
      expect(await untoldDelegations()).toEqual([]);
      // People and what they may do are the application's to change; the next attack begins from the same.
      await forgetDelegations();
      await world.owner.query(
        `UPDATE principal SET roles = '{SUBMITTER}', type = 'AGENT', owner_id = $2 WHERE id = $1`,
        [world.agent.principal.id, world.operator.principal.id],
      );
    });
    await fc.assert(property, { seed, numRuns: raids, plugins: [fc.interruptAfterTimeLimit(timeoutMs)] });
    expect(statements).toBeGreaterThan(1_000);
  },
  timeoutMs,
);
