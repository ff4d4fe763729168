import { afterAll, beforeAll, expect, test } from 'vitest';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { createWorld, type World } from '../../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE', asking: { rememberRejectionMs: 600_000 } });
});
afterAll(() => world[Symbol.asyncDispose]());

const doing = (label: string, more: object = {}) =>
  aRiskyTask({ actions: [{ type: 'noop.run', params: { label } }], ...more });

test('what people rejected is refused with their reason, in whatever words an agent asks again', async () => {
  const { agent, approver } = world;
  const task = await agent.submits(doing('the same'));
  await approver.rejects(task, 'the database is still in use');
  const again = await agent.asks(doing('the same', { goal: 'Please, it is urgent', tags: ['urgent'] }));
  expect(again).toMatchObject({
    ok: false,
    refusal: { code: 'APPROVAL_REJECTED', details: { kind: 'EXISTING_TASK', taskId: task.id } },
  });
  expect(again.ok ? '' : again.refusal.message).toMatch(
    /^The same was rejected at .*: Ann said no: the database is still in use$/,
  );
  await agent.submits(doing('something else'));
  await agent.submits(doing('the same', { environment: 'STAGING' }));
  await world.operator.submits(doing('the same'));
});

test('it is forgotten once the time is over that policy names', async () => {
  const { agent, approver, owner } = world;
  const task = await agent.submits(doing('later'));
  await approver.rejects(task);
  await owner.query(`UPDATE rejection SET at = at - interval '11 minutes' WHERE task_id = $1`, [task.id]);
  await agent.submits(doing('later'));
});

test('retries of one call with its key are one request', async () => {
  const { agent } = world;
  const call = doing('once', { idempotencyKey: crypto.randomUUID() });
  const tasks = await agent.submitsMany(Array.from({ length: 5 }, () => call));
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(1);
  expect(await world.approvalsOf(tasks[0]!)).toHaveLength(1);
});

test('nor is it come by through an edit, or through a plan that is applied; a plan alone asks nobody', async () => {
  const { agent, approver, services } = world;
  const key = crypto.randomUUID();
  const planned = await agent.submits(doing('by a detour', { mode: 'PLAN' }));
  await approver.rejects(await agent.submits(doing('by a detour')), 'not by any way at all');
  expect(await agent.submits(doing('by a detour', { mode: 'PLAN' }))).toMatchObject({ status: 'SUCCEEDED' });

  const named = ({ id: taskId, revision, planHash }: typeof planned) => ({
    taskId,
    revision,
    planHash: planHash ?? '',
  });
  const refused = { ok: false, refusal: { code: 'APPROVAL_REJECTED' } };
  const viewer = signedIn(agent.principal);
  expect(await services.tasks.apply(viewer, { ...named(planned), idempotencyKey: key })).toMatchObject(
    refused,
  );
  const other = await agent.submits(doing('harmless'));
  const { actions } = doing('by a detour');
  const edit = { ...named(other), actions: actions ?? [], comment: null };
  expect(await services.tasks.edit(viewer, edit)).toMatchObject(refused);
  // A person who decides may: others look at it again.
  expect(await services.tasks.edit(signedIn(approver.principal), edit)).toMatchObject({ ok: true });
});
