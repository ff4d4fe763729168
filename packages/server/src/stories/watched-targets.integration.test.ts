import { afterAll, beforeAll, expect, test } from 'vitest';
import { ofType } from '../../testing/events.ts';
import { deploy, startKubernetes, type Kubernetes } from '../../testing/platforms/kubernetes.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { ApprovalRequest } from '../domain/approval-request.ts';
import type { Task } from '../domain/task.ts';

const token = 'a-token-of-the-cluster';
let cluster: Kubernetes;
let world: World;

// An approval that waits for its undo window can be seen to stand, or to come back.
beforeAll(async () => {
  cluster = await startKubernetes({ token });
  world = await createWorld({
    watchEveryMs: 50,
    asking: { undoWindowMs: 600_000 },
    settings: { clusters: { live: { server: cluster.url, tokenSecret: 'live', namespaces: ['*'] } } },
    secrets: { live: { value: token, origins: [] } },
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

/** A request about scaling a deployment of this name from three to five. */
const asks = (name: string): Promise<Task> => {
  deploy(cluster.state(), `shop/${name}`, { replicas: 3 });
  const params = { cluster: 'live', namespace: 'shop', name, replicas: 5 };
  const actions = [{ name: 'more', type: 'kubernetes.deployment.scale', params }];
  return world.agent.submits({ goal: 'More of it', actions, requiresApproval: true });
};
const requestOf = async (task: Task) => (await world.approvalsOf(task)).at(-1);
const becomes = (task: Task, isSo: (request: ApprovalRequest) => boolean): Promise<ApprovalRequest> =>
  until(
    async () => {
      const request = await requestOf(task);
      return request && isSo(request) ? request : undefined;
    },
    async () => JSON.stringify(await world.approvalsOf(task)),
  );
const typesOf = async (task: Task): Promise<string[]> =>
  (await world.historyOf(task)).map(({ type }) => type);

test('a target that moves while people are asked: the request says so and is planned again before anybody decides', async () => {
  const task = await asks('web');
  deploy(cluster.state(), 'shop/web', { replicas: 4 });
  await becomes(task, ({ revision, status }) => revision === 2 && status === 'PENDING');
  const [first, second] = await world.approvalsOf(task);
  expect(first).toMatchObject({
    status: 'SUPERSEDED',
    staleReason: expect.stringContaining('not as revision 1'),
  });
  expect(second).toMatchObject({ status: 'PENDING', staleSince: null });
  const history = await world.historyOf(task);
  const types = history.map(({ type }) => type);
  expect(types.indexOf('approval.stale')).toBeLessThan(types.indexOf('plan.superseded'));
  expect(ofType(history, 'approval.stale')[0]?.data.steps).toEqual(['more']);
  expect(await world.approver.votes('APPROVE', task)).toMatchObject({
    ok: false,
    refusal: { code: 'CONFLICT' },
  });

  const again = await world.now(task);
  await world.approver.approves(again);
  expect((await world.now(task)).status).toBe('HELD');
  deploy(cluster.state(), 'shop/web', { replicas: 2 });
  await becomes(task, ({ revision, status }) => revision === 3 && status === 'PENDING');
  expect((await world.now(task)).status).toBe('AWAITING_APPROVAL');
  expect(cluster.writes()).toBe(0);
});

test('a move that leaves the effect as people were shown it asks nobody again', async () => {
  const task = await asks('api');
  await world.approver.approves(task);
  deploy(cluster.state(), 'shop/api', { image: 'api:2' });
  await until(
    async () => {
      const [row] = await world.owner.query<{ seen: object }>(
        'SELECT seen FROM target_watch JOIN approval_request a ON a.id = approval_id WHERE a.task_id = $1',
        [task.id],
      );
      return Object.keys(row?.seen ?? {}).length > 0 ? true : undefined;
    },
    () => 'nobody looked',
  );
  expect(await requestOf(task)).toMatchObject({ revision: 1, status: 'APPROVED', staleSince: null });
  expect((await world.now(task)).status).toBe('HELD');
  expect(await typesOf(task)).not.toContain('approval.stale');
});

test('what cannot be planned now stays open, is approved by nobody, and is as before once its target is', async () => {
  const task = await asks('old');
  const { deployments } = cluster.state();
  const was = deployments['shop/old'];
  delete deployments['shop/old'];
  const stale = await becomes(
    task,
    ({ staleReason }) => staleReason?.includes('cannot be planned again') ?? false,
  );
  expect(stale).toMatchObject({ revision: 1, status: 'PENDING' });
  expect(await world.approver.votes('APPROVE', task)).toMatchObject({
    ok: false,
    refusal: { code: 'PRECONDITION_FAILED', message: stale.staleReason },
  });
  if (was) deployments['shop/old'] = was;
  await becomes(task, ({ staleSince }) => staleSince === null);
  expect(await typesOf(task)).toContain('approval.fresh');
  await world.approver.approves(task);
  expect((await world.now(task)).status).toBe('HELD');
});
