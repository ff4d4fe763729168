import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TaskInput } from '../../testing/people.ts';
import { deploy, report, startKubernetes, type Kubernetes } from '../../testing/platforms/kubernetes.ts';
import { createWorld, type World } from '../../testing/world.ts';

const token = 'a-token-of-the-cluster';
let cluster: Kubernetes;
let world: World;

beforeEach(async () => {
  cluster = await startKubernetes({ token });
  deploy(cluster.state(), 'shop/web', { replicas: 3 });
  world = await createWorld({
    settings: { clusters: { live: { server: cluster.url, tokenSecret: 'live', namespaces: ['*'] } } },
    secrets: { live: { value: token, origins: [] } },
  });
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

const scaling = (params: object): TaskInput => ({
  goal: 'Fewer or more of it',
  actions: [
    {
      type: 'kubernetes.deployment.scale',
      params: { cluster: 'live', namespace: 'shop', name: 'web', replicas: 5, ...params },
    },
  ],
  requiresApproval: true,
  retry: { maxRetries: 5, initialDelayMs: 20, maxDelayMs: 200 },
});

test('an approved deployment is scaled, and neither events nor plan hold the token', async () => {
  const task = await world.agent.submits(scaling({}));
  expect(cluster.state().deployments['shop/web']?.replicas).toBe(3);
  await world.approver.approves(task);
  await world.reaches(task, 'SUCCEEDED');
  expect(cluster.state().deployments['shop/web']?.replicas).toBe(5);
  const rows = await world.owner.query<{ text: string }>(
    'SELECT plan::text AS text FROM plan UNION ALL SELECT event::text FROM event UNION ALL SELECT step::text FROM step',
  );
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.filter(({ text }) => text.includes(token))).toEqual([]);
});

test('what a controller reports after the approval changes nothing of it', async () => {
  const task = await world.agent.submits(scaling({}));
  report(cluster.state(), 'shop/web');
  await world.approver.approves(task);
  await world.reaches(task, 'SUCCEEDED');
  expect(cluster.writes()).toBe(1);
  expect((await world.now(task)).revision).toBe(1);
});

test('one that somebody scaled since is planned again, and people are asked again', async () => {
  const task = await world.agent.submits(scaling({}));
  deploy(cluster.state(), 'shop/web', { replicas: 4 });
  await world.approver.approves(task);
  const again = await world.reaches(task, 'AWAITING_APPROVAL');
  expect(again.revision).toBe(2);
  expect(cluster.writes()).toBe(0);
  await world.approver.approves(again);
  await world.reaches(task, 'SUCCEEDED');
  expect(cluster.state().deployments['shop/web']?.replicas).toBe(5);
});

test('an answer that was lost on the way is looked up, and nothing is done twice', async () => {
  const task = await world.agent.submits(scaling({}));
  cluster.behaviour.failures = [{ kind: 'RESET', when: 'AFTER' }];
  await world.approver.approves(task);
  await world.reaches(task, 'SUCCEEDED');
  expect(cluster.writes()).toBe(1);
});

test('scaling to nothing is HIGH, and a system namespace or too many are denied by policy', async () => {
  expect((await world.agent.submits(scaling({ replicas: 0 }))).risk).toBe('HIGH');
  deploy(cluster.state(), 'kube-system/coredns', { replicas: 2 });
  for (const params of [{ namespace: 'kube-system', name: 'coredns' }, { replicas: 101 }]) {
    const denied = await world.agent.submits(scaling(params));
    expect(denied.status).toBe('DENIED');
  }
});
