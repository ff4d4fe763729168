import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TaskInput } from '../../testing/people.ts';
import {
  sandboxKubernetesState,
  startKubernetes,
  type Kubernetes,
} from '../../testing/platforms/kubernetes.ts';
import { createWorld, type World } from '../../testing/world.ts';

const token = 'a-token-of-the-cluster';
const fleet = Array.from({ length: 40 }, (_, index) => `web-${String(index + 1).padStart(2, '0')}`);
let cluster: Kubernetes;
let world: World;

beforeEach(async () => {
  cluster = await startKubernetes({ token, state: sandboxKubernetesState() });
  world = await createWorld({
    settings: { clusters: { live: { server: cluster.url, tokenSecret: 'live', namespaces: ['shop'] } } },
    secrets: { live: { value: token, origins: [] } },
  });
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

const place = { cluster: 'live', namespace: 'shop' };
const rollout = (image: string, canary: number): TaskInput => ({
  goal: 'A new release for the whole fleet',
  environment: 'PRODUCTION',
  justification: 'The release of the week',
  actions: [
    {
      name: 'release',
      type: 'kubernetes.deployment.image',
      params: { ...place, image },
      targets: fleet.map((name) => ({ name })),
      rollout: {
        canary,
        soakMs: 0,
        gate: {
          type: 'kubernetes.deployment.status',
          params: place,
          expect: { properties: { ready: { minimum: 2 } }, required: ['ready'] },
          onFail: 'ROLL_BACK',
        },
      },
    },
  ],
  retry: { maxRetries: 5, initialDelayMs: 20, maxDelayMs: 200 },
});
const approved = async (input: TaskInput) => {
  const task = await world.agent.submits(input);
  await world.approver.approves(task);
  return task;
};
const imagesOf = () =>
  new Set(fleet.map((name) => cluster.state().deployments[`shop/${name}`]?.containers[0]?.image));

test('a canary of which one deployment does not get ready is taken back, and no other is touched', async () => {
  const task = await approved(rollout('web:broken', 8));
  await world.reaches(task, 'ROLLED_BACK');
  expect(imagesOf()).toEqual(new Set(['web:1.0.0']));
  // Eight went out and came back; the other thirty-two were never asked.
  expect(cluster.writes()).toBe(16);
});

test('a release that gets ready everywhere reaches the whole fleet, wave after wave', async () => {
  const task = await approved(rollout('web:2.0.0', 1));
  await world.reaches(task, 'SUCCEEDED');
  expect(imagesOf()).toEqual(new Set(['web:2.0.0']));
  expect(cluster.writes()).toBe(40);
});
