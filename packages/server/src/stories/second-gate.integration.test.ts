import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forgeClaim, forgeReview, intend } from '../../testing/forgeries.ts';
import { aResource, anEffect, aRiskyTask } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import type { Database } from '../infra/database.ts';
import { newId } from '../infra/ids.ts';
import { stepJob } from '../modules/execution/jobs/step.ts';

/** Somebody who has got hold of the application's own connection, and may do whatever its role may. */
const intruderOf = (world: World): Database => world.services.database;

describe('the gate below the code', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ background: 'NONE', asking: { undoWindowMs: 3_600_000 } });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const approvedTask = async (): Promise<Task> => {
    const task = await world.agent.submits(aRiskyTask());
    await world.approver.approves(task);
    await world.owner.query(
      'UPDATE approval_request SET effective_at = now(), undo_window_ms = 0 WHERE task_id = $1',
      [task.id],
    );
    return task;
  };
  const change = (task: Task, assignment: string) =>
    world.owner.query(`UPDATE approval_request SET ${assignment} WHERE task_id = $1`, [task.id]);
  const resolve = (database: Database, task: Task) =>
    database.query(
      `UPDATE approval_request SET status = 'APPROVED', effective_at = now() WHERE task_id = $1`,
      [task.id],
    );

  test('opens for an approved plan, and for one that policy allowed', async () => {
    const approved = await approvedTask();
    await intend(intruderOf(world), approved, await forgeClaim(intruderOf(world), approved));
    const free = await world.agent.submits({
      goal: 'Free',
      actions: [{ type: 'noop.run', params: {} }],
      mode: 'PLAN',
    });
    await intend(intruderOf(world), free, await forgeClaim(intruderOf(world), free));
  });

  const cases: readonly [string, (task: Task, intruder: Database) => Promise<unknown>][] = [
    ['nobody has decided', () => Promise.resolve()],
    ['the request alone says approved', (task, intruder) => resolve(intruder, task)],
    [
      'the requester approved',
      async (task, intruder) => {
        await forgeReview(intruder, task, world.agent.principal.id);
        await resolve(intruder, task);
      },
    ],
    [
      "the agent's owner approved",
      async (task, intruder) => {
        await forgeReview(intruder, task, world.operator.principal.id);
        await resolve(intruder, task);
      },
    ],
    [
      "a person approved with what the agent's owner could have called with",
      async (task, intruder) => {
        const makerIds = [world.operator.principal.id];
        await forgeReview(intruder, task, world.approver.principal.id, { makerIds });
        await resolve(intruder, task);
      },
    ],
    [
      'a person approved another plan',
      async (task, intruder) => {
        await forgeReview(intruder, task, world.approver.principal.id, { planHash: 'f'.repeat(64) });
        await resolve(intruder, task);
      },
    ],
    [
      'a person approved of whom the log does not tell',
      async (task, intruder) => {
        await forgeReview(intruder, task, world.approver.principal.id, { isRecorded: false });
        await resolve(intruder, task);
      },
    ],
    [
      'somebody approved who is nobody',
      async (task, intruder) => {
        await forgeReview(intruder, task, newId());
        await resolve(intruder, task);
      },
    ],
    [
      'a person who was disabled approved',
      async (task, intruder) => {
        const leaver = await world.hires(`Leaver ${task.id}`);
        await world.owner.query('UPDATE principal SET disabled_at = now() WHERE id = $1', [
          leaver.principal.id,
        ]);
        await forgeReview(intruder, task, leaver.principal.id);
        await resolve(intruder, task);
      },
    ],
    [
      'a person approved after the time to decide was over',
      async (task, intruder) => {
        await world.owner.query('UPDATE approval_request SET expires_at = now() WHERE task_id = $1', [
          task.id,
        ]);
        await forgeReview(intruder, task, world.approver.principal.id);
        await resolve(intruder, task);
      },
    ],
    [
      'a person took the approval back',
      async (task, intruder) => {
        await world.approver.approves(task);
        await world.approver.withdraws(task);
        await resolve(intruder, task);
      },
    ],
    [
      'a person rejected it',
      async (task, intruder) => {
        await world.approver.rejects(task);
        await resolve(intruder, task);
      },
    ],
  ];
  test.each(cases)('stays closed where %s', async (_case, arrange) => {
    const task = await world.agent.submits(aRiskyTask());
    await arrange(task, intruderOf(world)).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'CS002' });
    });
    const stepId = await forgeClaim(intruderOf(world), task);
    await expect(intend(intruderOf(world), task, stepId)).rejects.toMatchObject({ code: 'CS001' });
  });

  test.each([
    ['came too late', `expires_at = created_at`],
    ['is of a run that did not begin in time', `expires_at = now(), start_within_ms = 0`],
    ['is not effective yet', `effective_at = now() + interval '1 minute'`],
    ['was never effective', 'effective_at = NULL'],
    ['is for another plan', `plan_hash = 'other'`],
    ['is short of people', 'required = 2'],
    ['was cancelled', `status = 'CANCELLED'`],
    ['was superseded', `status = 'SUPERSEDED'`],
  ])('stays closed where the approval %s', async (_case, assignment) => {
    const task = await approvedTask();
    await change(task, assignment);
    const stepId = await forgeClaim(intruderOf(world), task);
    await expect(intend(intruderOf(world), task, stepId)).rejects.toMatchObject({ code: 'CS001' });
  });

  test.each([
    '{}',
    'null',
    '"Owners"',
    '["Owners"]',
    '[{}]',
    '[{"needs": []}]',
    '[{"needs": {"group": null}}]',
    '[{"needs": [{"group": null}]}]',
    '[{"needs": [{"group": null, "required": null}]}]',
    '[{"needs": [{"group": null, "required": 0}]}]',
    '[{"needs": [{"group": null, "required": -1}]}]',
    '[{"needs": [{"group": null, "required": 0.5}]}]',
    '[{"needs": [{"group": null, "required": 1e99}]}]',
    '[{"needs": [{"group": null, "required": "1"}]}]',
    '[{"needs": [{"group": ["x"], "required": 1}]}]',
    '[{"needs": [{"required": 1}]}]',
    `[{"needs": [${Array.from({ length: 32 }, () => '{"group": "nobody", "required": 1}').join()}]}]`,
  ])('stays closed, and breaks nothing, where what is stored of stages is %s', async (stages) => {
    const task = await approvedTask();
    const odd = `stages = '${stages}'`;
    await expect(change(task, odd)).rejects.toMatchObject({ code: 'CS002' });
    // As something that is no longer kept from it could have stored it.
    await world.owner.query('ALTER TABLE approval_request DISABLE TRIGGER request_keeps_its_terms');
    await change(task, odd);
    await world.owner.query('ALTER TABLE approval_request ENABLE TRIGGER request_keeps_its_terms');
    const stepId = await forgeClaim(intruderOf(world), task);
    await expect(intend(intruderOf(world), task, stepId)).rejects.toMatchObject({ code: 'CS001' });
  });

  test('stays closed for another plan, a stale fence and a step that nobody claimed', async () => {
    const task = await approvedTask();
    const stepId = await forgeClaim(intruderOf(world), task);
    const refused = { code: 'CS001' };
    await expect(intend(intruderOf(world), task, stepId, { planHash: 'other' })).rejects.toMatchObject(
      refused,
    );
    await expect(intend(intruderOf(world), task, stepId, { fence: 2 })).rejects.toMatchObject(refused);
    await expect(intend(intruderOf(world), task, newId())).rejects.toMatchObject(refused);
    const unclaimed = await approvedTask();
    const ready = await forgeClaim(intruderOf(world), unclaimed, 'READY');
    await expect(intend(intruderOf(world), unclaimed, ready)).rejects.toMatchObject(refused);
  });

  describe('one statement with several intents', () => {
    const intentsOf = (...rows: readonly (readonly [task: Task, stepId: string])[]): string => {
      const values = rows.map(
        ([{ id, tenantId, planHash }, stepId]) =>
          `('${newId()}', '${tenantId}', '${id}', '${stepId}', 1, '${planHash}', 'INTENDED', 1, 1, '${newId()}', 'hash', now())`,
      );
      return `INSERT INTO effect (id, tenant_id, task_id, step_id, number, plan_hash, state, fence, attempt,
        idempotency_key, request_hash, intended_at) VALUES ${values.join(', ')}`;
    };
    const anotherStep = async (task: Task, first: string): Promise<string> => {
      const id = newId();
      await intruderOf(world).query(
        `INSERT INTO step SELECT $1, tenant_id, run_id, task_id, 'step-2', 1, phase, action_type, platform, lane,
           depends_on, state, attempt, max_attempts, fence, lease_until, worker, dispatch_epoch, dispatched_at,
           next_attempt_at FROM step WHERE id = $2 AND task_id = $3`,
        [id, first, task.id],
      );
      return id;
    };
    const count = async (): Promise<unknown> => (await world.owner.query('SELECT FROM effect')).length;

    test('is refused as a whole where the gate is closed for one of them', async () => {
      const [open, closed] = [await approvedTask(), await approvedTask()];
      await change(closed, 'required = 2');
      const rows = [
        [open, await forgeClaim(intruderOf(world), open)],
        [closed, await forgeClaim(intruderOf(world), closed)],
      ] as const;
      const before = await count();
      for (const some of [rows, rows.toReversed()]) {
        await expect(intruderOf(world).query(intentsOf(...some))).rejects.toThrow('1 of 2 approvals stand');
      }
      expect(await count()).toBe(before);
    });

    test('does not begin a run by itself whose time to begin is over', async () => {
      const task = await approvedTask();
      const first = await forgeClaim(intruderOf(world), task);
      const second = await anotherStep(task, first);
      const [one, two] = [intentsOf([task, first]), intentsOf([task, second])];
      const late = { code: 'CS001', message: expect.stringContaining('did not begin in time') as unknown };
      await change(task, 'expires_at = now(), start_within_ms = 0');
      await expect(intruderOf(world).query(intentsOf([task, first], [task, second]))).rejects.toMatchObject(
        late,
      );
      await expect(intruderOf(world).query(`WITH one AS (${one}) ${two}`)).rejects.toMatchObject(late);
      await change(task, "expires_at = now() + interval '1 hour'");
      await intruderOf(world).query(one);
      await change(task, 'expires_at = now()');
      await intruderOf(world).query(two);
    });

    test('does not take an attempt that was given back before its call for a beginning', async () => {
      const task = await approvedTask();
      const step = await forgeClaim(intruderOf(world), task);
      const other = await anotherStep(task, step);
      await intruderOf(world).query(intentsOf([task, step]));
      const effectIs = (state: string) =>
        intruderOf(world).query('UPDATE effect SET state = $2::effect_state WHERE step_id = $1', [
          step,
          state,
        ]);
      const stepIs = (state: string, attempt: number) =>
        intruderOf(world).query('UPDATE step SET state = $2::step_state, attempt = $3 WHERE id = $1', [
          step,
          state,
          attempt,
        ]);
      await effectIs('FAILED');
      await change(task, 'expires_at = now(), start_within_ms = 0');
      // Claimed anew after it was given back: what failed was never asked for.
      await stepIs('RUNNING', 1);
      await expect(effectIs('INTENDED')).rejects.toThrow('did not begin in time');
      for (const [state, attempt] of [
        ['READY', 0],
        ['RUNNING', 1],
      ] as const) {
        await stepIs(state, attempt);
        await expect(intruderOf(world).query(intentsOf([task, other]))).rejects.toThrow(
          'did not begin in time',
        );
      }
      // After an attempt that called, and after one of which nobody knows.
      await stepIs('RUNNING', 2);
      await effectIs('INTENDED');
      await stepIs('RUNNING', 1);
      await effectIs('UNKNOWN');
      await effectIs('INTENDED');
    });
  });

  test('counts the vote of somebody only as long as they may decide', async () => {
    const task = await approvedTask();
    const becomes = (role: string) =>
      world.owner.query('UPDATE principal SET roles = ARRAY[$1]::role[] WHERE id = $2', [
        role,
        world.approver.principal.id,
      ]);
    const stepId = await forgeClaim(intruderOf(world), task);
    await becomes('VIEWER');
    await expect(intend(intruderOf(world), task, stepId)).rejects.toThrow('0 of 1 approvals stand');
    await becomes('APPROVER');
    await intend(intruderOf(world), task, stepId);
  });

  test('counts two votes that one hand could have given as one', async () => {
    const task = await world.agent.submits(aRiskyTask());
    await change(task, 'required = 2');
    await world.approver.approves(task);
    await world.secondApprover.approves(task);
    await change(task, 'effective_at = now(), undo_window_ms = 0');
    const stepId = await forgeClaim(intruderOf(world), task);
    const isMadeBy = (makerIds: readonly string[]) =>
      world.owner.transaction(async (tx) => {
        await tx.query('SET LOCAL session_replication_role = replica');
        await tx.query('UPDATE review SET maker_ids = $1 WHERE reviewer_id = $2', [
          makerIds,
          world.secondApprover.principal.id,
        ]);
      });
    await isMadeBy([world.approver.principal.id]);
    await expect(intend(intruderOf(world), task, stepId)).rejects.toThrow('1 of 2 approvals stand');
    await isMadeBy([]);
    await intend(intruderOf(world), task, stepId);
  });

  test('does not open before the undo window is over, whatever the request says', async () => {
    const task = await world.agent.submits(aRiskyTask());
    await world.approver.approves(task);
    await resolve(intruderOf(world), task);
    const stepId = await forgeClaim(intruderOf(world), task);
    await expect(intend(intruderOf(world), task, stepId)).rejects.toThrow('the undo window is open');
  });

  test('reads what is committed now, and nothing that a session puts before the tables', async () => {
    const task = await approvedTask();
    const stepId = await forgeClaim(intruderOf(world), task);
    const attempt = intruderOf(world).transaction(
      async (tx) => {
        await tx.query('SELECT 1 FROM task');
        await intend(tx, task, stepId);
      },
      { isolation: 'REPEATABLE READ' },
    );
    await expect(attempt).rejects.toThrow('it must see what is committed now');
    const shadow = intruderOf(world).query('CREATE TEMPORARY TABLE step (id uuid)');
    await expect(shadow).rejects.toMatchObject({ code: '42501' });
  });

  test('keeps an event at the place of its own transaction, and what has ended ended', async () => {
    const task = await world.agent.submits(aRiskyTask());
    await world.approver.rejects(task);
    const earlier = intruderOf(world).query(
      `INSERT INTO event (seq, tenant_id, type, at, task_id, summary, data, digest)
       SELECT max(seq) + 1, $1, 'approval.reviewed', now(), $2, 'forged', '{}', 'd' FROM event`,
      [task.tenantId, task.id],
    );
    await expect(earlier).rejects.toMatchObject({ code: 'CS002' });
    await expect(resolve(intruderOf(world), task)).rejects.toMatchObject({ code: 'CS002' });
  });

  test('takes no decision that the log does not tell of', async () => {
    const task = await world.agent.submits(aRiskyTask());
    const forged = intruderOf(world).query(
      `INSERT INTO policy_decision SELECT gen_random_uuid(), tenant_id, task_id, 2, plan_hash, 'ALLOW', reasons,
         bundle_hash, input, input_hash, now(), context, holds FROM policy_decision WHERE task_id = $1`,
      [task.id],
    );
    await expect(forged).rejects.toMatchObject({ code: 'CS001' });
  });

  test("keeps the terms of an approval out of the application's reach", async () => {
    const task = await world.agent.submits(aRiskyTask());
    const terms = [
      `required = 0`,
      `excluded_ids = '{}'`,
      `expires_at = 'infinity'`,
      `plan_hash = 'other'`,
      'revision = 2',
    ];
    for (const assignment of terms) {
      await expect(
        intruderOf(world).query(`UPDATE approval_request SET ${assignment} WHERE task_id = $1`, [task.id]),
      ).rejects.toMatchObject({ code: '42501' });
    }
  });

  const recorded = ['event', 'plan', 'policy_decision', 'review'] as const;
  test.each(recorded)('what is recorded in "%s" is never changed', async (table) => {
    await approvedTask();
    const someColumn = table === 'event' ? 'summary' : 'tenant_id';
    const before = await world.owner.query(
      `SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ${table} t`,
    );
    for (const database of [intruderOf(world), world.owner]) {
      for (const statement of [
        `UPDATE ${table} SET ${someColumn} = ${someColumn}`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table} CASCADE`,
      ]) {
        await expect(database.query(statement)).rejects.toMatchObject({ code: '42501' });
      }
    }
    const after = await world.owner.query(
      `SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ${table} t`,
    );
    expect(after).toEqual(before);
  });

  test('the ledger of effects loses none', async () => {
    const task = await approvedTask();
    await intend(intruderOf(world), task, await forgeClaim(intruderOf(world), task));
    for (const database of [intruderOf(world), world.owner]) {
      await expect(database.query('DELETE FROM effect')).rejects.toMatchObject({ code: '42501' });
      await expect(database.query('TRUNCATE effect')).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe.each(backends)('jobs that somebody else put into the queue on %s', (backend) => {
  test('run nothing that was not approved, and nothing twice', async () => {
    await using world = await createWorld({ backend });
    const resources = [aResource(), aResource(), aResource()] as const;
    const done = await world.agent.submits(anEffect('ledger.keyed', resources[0]));
    await world.reaches(done, 'SUCCEEDED');
    const [doneStep] = await world.owner.query<{ id: string }>('SELECT id FROM step WHERE task_id = $1', [
      done.id,
    ]);
    const unapproved = await world.agent.submits(
      anEffect('ledger.keyed', resources[1], { requiresApproval: true }),
    );
    // The intruder goes further than the queue: the task says it runs, and it has a run with a ready step.
    const flipped = await world.agent.submits(
      anEffect('ledger.keyed', resources[2], { requiresApproval: true }),
    );
    const flippedStep = await forgeClaim(intruderOf(world), flipped, 'READY');

    const targets = [doneStep?.id ?? '', unapproved.id, newId(), flippedStep];
    await world.services.queue.add(
      stepJob,
      targets.flatMap((stepId) =>
        [7, 8, 9].map((epoch) => ({
          id: `${stepId}-${epoch}`,
          lane: 'NORMAL' as const,
          payload: { stepId, epoch, platform: 'ledger' },
        })),
      ),
    );
    await until(
      async () =>
        (await world.services.queue.state()).lanes.every(({ depth, active }) => depth + active === 0) ||
        undefined,
      () => 'the forged jobs were not taken',
    );
    await until(
      async () => (await world.now(flipped)).status !== 'RUNNING' || undefined,
      () => 'the flipped task was not stopped',
    );
    expect(world.ledger.entries().map(({ resource }) => resource)).toEqual([resources[0]]);
    expect((await world.now(unapproved)).status).toBe('AWAITING_APPROVAL');
    expect(['FAILED', 'DENIED']).toContain((await world.now(flipped)).status);
    expect((await world.historyOf(flipped)).map(({ type }) => type)).toContain('step.refused');
  });
});

test('a step that only the gate below the code refuses ends with its reason, and its neighbours run', async () => {
  await using world = await createWorld({ background: 'KEEPERS' });
  const resources = Array.from({ length: 20 }, aResource);
  const tasks = await world.agent.submitsMany(
    resources.map((resource) => anEffect('ledger.keyed', resource)),
  );
  const [refused, ...others] = tasks;
  await world.owner.query(
    `CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       RAISE EXCEPTION 'effect refused: not this one' USING ERRCODE = 'CS001'; END $$`,
  );
  await world.owner.query(
    `CREATE TRIGGER one_is_refused BEFORE INSERT ON effect FOR EACH ROW
       WHEN (NEW.task_id = '${refused?.id}') EXECUTE FUNCTION refuse_one()`,
  );
  world.begins('ALL');
  await world.allReach(others, 'SUCCEEDED');
  const denied = await world.reaches(refused!, 'DENIED');
  expect(denied.error).toMatchObject({
    code: 'POLICY_DENIED',
    message: expect.stringContaining('not this one'),
  });
  expect(new Set(world.ledger.effects().keys())).toEqual(new Set(resources.slice(1)));
});
