import { writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ofType } from '../../testing/events.ts';
import { handOnStops } from '../../testing/stops.ts';
import { aResource, anEffect, anErrand, aRiskyTask } from '../../testing/task-inputs.ts';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { until } from '../../testing/until.ts';
import { createRecordedWork } from '../../testing/recorded-work.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { PostgresClient } from '@countersign/postgres/postgres-client';
import type { Task } from '../domain/task.ts';
import { newId } from '../infra/ids.ts';

const all = { kind: 'TENANT', value: null } as const;

const idOf = (outcome: Awaited<ReturnType<ReturnType<typeof handOnStops>['engage']>>): string => {
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return outcome.value.killSwitch.id;
};

const heldBy = (world: World, task: Pick<Task, 'id'>, rule: string) =>
  until(
    async () => ofType(await world.historyOf(task), 'step.held').find(({ data }) => data.rule === rule)?.data,
    () => `${task.id} is not held by ${rule}`,
  );

/** Every intent that is committed raises it. */
const intents = async ({ owner }: World): Promise<number> => {
  const [row] = await owner.query<{ count: number }>(
    'SELECT coalesce(sum(attempt), 0)::int AS count FROM effect',
  );
  return row?.count ?? 0;
};

test('a halt ends what is in flight and holds it, and stages let go of it', async () => {
  await using world = await createWorld({ ledger: { latencyMs: 10_000 } });
  const { services } = world;
  const olga = handOnStops(services, world.operator.principal);
  const [slow, unmarked] = await world.agent.submitsMany([
    anEffect('ledger.keyed', aResource()),
    anEffect('ledger.unmarked', aResource()),
  ]);
  if (!slow || !unmarked) throw new Error('Nothing was submitted.');
  const scope = { kind: 'PLATFORM', value: 'ledger' } as const;
  await until(
    async () => {
      const preview = await olga.preview(scope);
      return preview.ok && preview.value.running === 2 ? preview.value : undefined;
    },
    () => 'nothing is in flight',
  );
  expect(await olga.preview(scope)).toMatchObject({ value: { running: 2, queued: 2, uninterruptible: 1 } });
  expect(await olga.preview({ kind: 'PLATFORM', value: 'nowhere' })).toMatchObject({
    refusal: { code: 'SCHEMA_VALIDATION_FAILED' },
  });

  const drill = idOf(await olga.engage(scope, 'HALT', { isDrill: true }));
  expect((await olga.list()).find(({ id }) => id === drill)).toMatchObject({ isDrill: true, required: 1 });
  expect((await olga.release(drill, 'ALL')).ok).toBe(true);

  const startedAt = performance.now();
  const id = idOf(await olga.engage(scope, 'HALT'));
  const quiet = await olga.isQuiet(id);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(quiet).toMatchObject({ by: 'Olga', stage: 'STOPPED', scope: { name: 'ledger' } });
  await world.reaches(unmarked, 'NEEDS_ATTENTION');
  expect(await heldBy(world, slow, 'kill_switch.halted')).toMatchObject({
    reason: 'The kill switch is engaged: Emergency stop',
    attempt: 0,
  });
  await world.ledger.behaves({ latencyMs: 0 });
  const [later, elsewhere] = await world.agent.submitsMany([
    anEffect('ledger.keyed', aResource()),
    anErrand(),
  ]);
  if (!later || !elsewhere) throw new Error('Nothing was submitted.');
  await world.reaches(elsewhere, 'SUCCEEDED');
  await heldBy(world, later, 'kill_switch.halted');

  // Another process, later, finds what stands.
  expect(await handOnStops(await world.startsNode(), world.approver.principal).list()).toMatchObject([
    { id, stage: 'STOPPED' },
    { id: drill },
  ]);
  expect(await olga.release(id, 'OBSERVE')).toMatchObject({ value: { killSwitch: { stage: 'OBSERVE' } } });
  await olga.isQuiet(id);
  expect(await world.now(later)).toMatchObject({ status: 'QUEUED' });
  expect(await olga.release(id, 'LOW_RISK')).toMatchObject({ value: { killSwitch: { stage: 'LOW_RISK' } } });
  expect(await olga.release(id, 'ALL')).toMatchObject({ value: { killSwitch: { stage: 'ALL' } } });
  await world.allReach([slow, later], 'SUCCEEDED');
  const events = await world.owner.query<{ type: string }>(
    "SELECT DISTINCT type FROM event WHERE type LIKE 'kill_switch.%' ORDER BY type",
  );
  expect(events.map(({ type }) => type)).toEqual([
    'kill_switch.acknowledged',
    'kill_switch.engaged',
    'kill_switch.released',
    'kill_switch.staged',
  ]);
});

test('what a halt ends in its first attempt, and the platform did all the same, is done once', async () => {
  const types = ['ledger.keyed', 'ledger.marked', 'ledger.versioned'] as const;
  await using world = await createWorld({
    ledger: { honoursKeys: true, failures: [{ kind: 'HANG', when: 'AFTER', times: types.length }] },
  });
  const olga = handOnStops(world.services, world.operator.principal);
  const resources = types.map(aResource);
  const tasks = await world.agent.submitsMany(
    types.map((type, place) => anEffect(type, resources[place] ?? '', { retry: { maxRetries: 0 } })),
  );
  await world.ledger.hasFailedAsPlanned();
  const id = idOf(await olga.engage({ kind: 'PLATFORM', value: 'ledger' }, 'HALT'));
  await olga.isQuiet(id);
  for (const task of tasks)
    expect(await heldBy(world, task, 'kill_switch.halted')).toMatchObject({ attempt: 0 });
  const left = await world.owner.query<{ state: string }>('SELECT DISTINCT state FROM effect');
  expect(left).toEqual([{ state: 'UNKNOWN' }]);
  await olga.release(id, 'ALL');
  await world.allReach(tasks, 'SUCCEEDED');
  expect(resources.map((resource) => world.ledger.entriesOf(resource).map(({ outcome }) => outcome))).toEqual(
    [['APPLIED', 'REPLAYED'], ['APPLIED'], ['APPLIED']],
  );
});

/** Keeps every intent, which the gate has let through, from being committed until what it gives is disposed. */
const holdBackIntents = async ({ owner }: World): Promise<AsyncDisposable> => {
  await owner.query(
    `CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NULL; END $$`,
  );
  // By its name it comes after the gate's own triggers.
  await owner.query('CREATE TRIGGER wait_for_test AFTER INSERT ON effect EXECUTE FUNCTION wait_for_test()');
  const holder = new PostgresClient({ connectionString: owner.session.connectionString });
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock(42)');
  return { [Symbol.asyncDispose]: () => holder.end() };
};

test('a worker that is about to begin something when a stop comes is quiet after that only', async () => {
  // What takes longer than its lease to be claimed is not begun at all.
  await using world = await createWorld({ leaseMs: 60_000 });
  const olga = handOnStops(world.services, world.operator.principal);
  const id = newId();
  const ofSwitch = async () => (await olga.list()).find((each) => each.id === id)?.workers;
  const resource = aResource();
  let task: Task;
  {
    await using _ = await holdBackIntents(world);
    task = await world.agent.submits(anEffect('ledger.keyed', resource));
    await until(
      async () => (await world.owner.query(`SELECT FROM pg_locks WHERE objid = 42 AND NOT granted`))[0],
      () => 'nothing is about to begin',
    );
    // Engaging it would wait for the intent, and end its session in the end.
    await world.owner.query(
      `INSERT INTO kill_switch SELECT $1, tenant_id, 'TENANT', NULL, 'PAUSE', false, 'why', NULL, now(), 'STOPPED', now(), 1, '[]'
       FROM task WHERE id = $2`,
      [id, task.id],
    );
    const [worker] = await until(
      async () => {
        const workers = await ofSwitch();
        return workers?.[0]?.acknowledgedAt ? workers : undefined;
      },
      () => 'no worker knows of the stop',
    );
    expect(worker).toMatchObject({ quietAt: null });
  }
  await world.reaches(task, 'SUCCEEDED');
  await olga.isQuiet(id);
  const [called] = world.ledger.entriesOf(resource);
  const [worker] = (await ofSwitch()) ?? [];
  expect(worker?.quietAt?.getTime()).toBeGreaterThanOrEqual(Date.parse(called?.at ?? ''));
});

test('a worker that is not heard of and has a step of the stop under its lease is named', async () => {
  await using world = await createWorld({ background: 'KEEPERS' });
  const olga = handOnStops(world.services, world.operator.principal);
  const work = createRecordedWork(world.owner);
  const recorded = await work.task(world.agent.principal.tenantId);
  const leaseUntil = new Date(Date.now() + 60_000);
  await work.steps(recorded, [{ state: 'RUNNING', fence: 1, attempt: 1, worker: 'frozen', leaseUntil }]);
  const id = idOf(await olga.engage(all, 'HALT'));
  expect((await olga.list()).find((each) => each.id === id)?.workers).toMatchObject([
    { worker: 'frozen', acknowledgedAt: null, quietAt: null, stillInHand: 1 },
  ]);
});

test('what nobody can read is stopped, and so is what the file in the home folder stops', async () => {
  await using world = await createWorld({ background: 'KEEPERS' });
  const file = join(world.config.home, '.orchestra.env');
  await writeFile(file, 'kill_switch: 1\n');
  world.begins('ALL');
  const task = await world.agent.submits(anErrand());
  expect(await heldBy(world, task, 'kill_switch.halted')).toMatchObject({
    reason: 'The kill switch is engaged: .orchestra.env in the home folder says kill_switch: 1.',
  });
  await rm(file);
  await world.reaches(task, 'SUCCEEDED');

  await world.owner.query('ALTER TABLE kill_switch RENAME TO kill_switch_away');
  world.services.forgetStops();
  const before = await intents(world);
  const other = await world.agent.submits(anErrand());
  await heldBy(world, other, 'kill_switch.paused');
  expect(await intents(world)).toBe(before);
  await world.owner.query('ALTER TABLE kill_switch_away RENAME TO kill_switch');
  await world.reaches(other, 'SUCCEEDED');
});

test('one person stops, people alone release, and nobody stops another tenant', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const { services } = world;
  const neighbours = await world.inTenant('others');
  const [agent, ann, olga, bob] = [world.agent, neighbours.approver, world.operator, world.approver].map(
    ({ principal }) => handOnStops(services, principal),
  );
  if (!agent || !ann || !olga || !bob) throw new Error('Nobody is here.');
  const everything = { kind: 'GLOBAL', value: null } as const;
  expect(await agent.engage(all, 'PAUSE')).toMatchObject({ refusal: { code: 'AUTHORIZATION_FAILED' } });
  expect(await bob.engage(everything, 'PAUSE')).toMatchObject({ refusal: { code: 'AUTHORIZATION_FAILED' } });
  expect(await ann.engage(everything, 'PAUSE')).toMatchObject({ refusal: { code: 'AUTHORIZATION_FAILED' } });
  expect(await olga.engage({ kind: 'ENVIRONMENT', value: 'MOON' }, 'PAUSE', { reason: ' ' })).toMatchObject({
    refusal: { details: { faults: [{ path: 'reason' }, { path: 'scope.value' }] } },
  });

  // Whose approval is locked with the reason, may still be rejected.
  const [asked, rejected] = await world.agent.submitsMany([aRiskyTask(), aRiskyTask()]);
  if (!asked || !rejected) throw new Error('Nothing was submitted.');
  const bot = idOf(await bob.engage({ kind: 'AGENT', value: world.agent.principal.id }, 'PAUSE'));
  expect(await world.secondApprover.votes('APPROVE', asked)).toMatchObject({
    refusal: { code: 'KILL_SWITCH_ENGAGED', retriable: true },
  });
  expect((await world.secondApprover.votes('REJECT', rejected)).ok).toBe(true);
  expect((await bob.release(bot, 'ALL')).ok).toBe(true);
  expect((await world.secondApprover.votes('APPROVE', asked)).ok).toBe(true);

  const theirs = idOf(await ann.engage(all, 'PAUSE'));
  expect(await olga.release(theirs, 'ALL')).toMatchObject({ refusal: { code: 'RESOURCE_NOT_FOUND' } });
  expect(await olga.list()).toMatchObject([{ id: bot, stage: 'ALL' }]);

  const id = idOf(await olga.engage(everything, 'HALT'));
  expect(await ann.list()).toMatchObject([{ id, by: 'The operator of this installation' }, { id: theirs }]);
  expect(await ann.release(id, 'ALL')).toMatchObject({ refusal: { code: 'AUTHORIZATION_FAILED' } });
  expect(await olga.release(id, 'ALL')).toMatchObject({
    value: { killSwitch: { stage: 'STOPPED', required: 2, asks: [{ by: 'Olga', stage: 'ALL' }] } },
  });
  expect(await olga.release(id, 'ALL')).toMatchObject({ refusal: { code: 'NOT_ELIGIBLE' } });
  // Her word counts while she could still give it.
  const [omar, ada] = await Promise.all(
    [
      { name: 'Omar', roles: ['OPERATOR'] as const },
      { name: 'Ada', roles: ['ADMIN'] as const },
    ].map((who) => services.access.ensurePrincipal({ tenantId: world.tenantId, type: 'HUMAN', ...who })),
  );
  if (!omar || !ada) throw new Error('Nobody is here.');
  const ofOlga = { principalId: world.operator.principal.id, roles: ['VIEWER' as const] };
  const { setRoles } = services.access.operations;
  accepted(await setRoles.execute({ viewer: signedIn(ada), traceparent: null }, ofOlga));
  expect(await handOnStops(services, omar).release(id, 'ALL')).toMatchObject({
    value: { killSwitch: { stage: 'STOPPED', required: 2, asks: [{ by: 'Omar' }] } },
  });
  const told = await world.owner.query<{ tenant_id: string; summary: string }>(
    "SELECT tenant_id, summary FROM event WHERE type = 'kill_switch.engaged' AND data->>'kind' = 'GLOBAL'",
  );
  expect(new Map(told.map((event) => [event.tenant_id, event.summary]))).toEqual(
    new Map([
      [world.tenantId, 'Olga stopped everything: Emergency stop'],
      [neighbours.tenantId, 'The operator of this installation stopped everything: Emergency stop'],
    ]),
  );

  // However many came and went since, an old one is released.
  await world.owner.query(
    `INSERT INTO kill_switch SELECT gen_random_uuid(), k.tenant_id, k.kind, k.value, k.mode, true, k.reason, k.by_id,
       k.engaged_at + interval '1 hour', 'ALL', k.staged_at, 1, '[]' FROM kill_switch k, generate_series(1, 120)
      WHERE k.id = $1`,
    [bot],
  );
  const old = idOf(await bob.engage(all, 'PAUSE', { isDrill: true }));
  expect(await bob.release(old, 'ALL')).toMatchObject({ value: { killSwitch: { id: old, stage: 'ALL' } } });
});

test('what is stopped is undone where somebody says so, also where the undoing had begun before', async () => {
  await using world = await createWorld({ ledger: { latencyMs: 250 } });
  const { runControl } = world.services;
  const olga = handOnStops(world.services, world.operator.principal);
  const resource = aResource();
  const names = ['a', 'b', 'c'];
  const actions = names.map((name, index) => ({
    name,
    type: 'ledger.undoable',
    params: { resource: `${resource}-${name}`, value: name },
    dependsOn: names.slice(Math.max(0, index - 1), index),
  }));
  const stateOf = async (task: Task, name: string) =>
    (
      await world.owner.query<{ state: string }>('SELECT state FROM step WHERE task_id = $1 AND name = $2', [
        task.id,
        name,
      ])
    )[0]?.state;
  const is = (task: Task, name: string, state: string) =>
    until(
      async () => ((await stateOf(task, name)) === state ? true : undefined),
      async () => `${name} is ${await stateOf(task, name)}`,
    );
  const back = (task: Task, underStop: boolean) =>
    runControl.rollback(world.operator.principal, task.id, 'a mistake', underStop);
  const ledgerAlone = { kind: 'PLATFORM', value: 'ledger' } as const;

  const task = await world.agent.submits({ goal: 'Three', actions });
  await is(task, 'c', 'RUNNING');
  expect(await back(task, false)).toMatchObject({ ok: true });
  await is(task, 'undo:c', 'RUNNING');
  const id = idOf(await olga.engage(ledgerAlone, 'PAUSE'));
  await heldBy(world, task, 'kill_switch.paused');
  expect(await back(task, false)).toMatchObject({ refusal: { code: 'NOT_IN_THIS_STATE' } });
  expect(await back(task, true)).toMatchObject({ ok: true });
  expect(await back(task, true)).toMatchObject({ refusal: { code: 'NOT_IN_THIS_STATE' } });
  await world.reaches(task, 'ROLLED_BACK');
  const events = ofType(await world.historyOf(task), 'run.rollback_under_stop');
  expect(events.map(({ data }) => data.reason)).toEqual(['a mistake']);
  await olga.release(id, 'ALL');

  const other = await world.agent.submits({ goal: 'Three', actions });
  await is(other, 'b', 'RUNNING');
  await olga.engage(ledgerAlone, 'PAUSE');
  await heldBy(world, other, 'kill_switch.paused');
  expect(await back(other, false)).toMatchObject({ refusal: { code: 'KILL_SWITCH_ENGAGED' } });
  expect(await back(other, true)).toMatchObject({ ok: true });
  await world.reaches(other, 'ROLLED_BACK');
});
