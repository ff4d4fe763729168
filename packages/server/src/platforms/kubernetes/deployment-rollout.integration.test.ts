import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClusterWorld, type ClusterWorld } from '../../../testing/cluster-world.ts';
import {
  deploy,
  sandboxKubernetesState,
  type KubernetesState,
} from '../../../testing/platforms/kubernetes.ts';

let world: ClusterWorld;
let state: () => KubernetesState;

beforeEach(async () => {
  world = await createClusterWorld();
  ({ state } = world.cluster);
});
afterEach(() => world[Symbol.asyncDispose]());

const web = () => state().deployments['shop/web'];
const withSidecar = (): void => void web()?.containers.push({ name: 'proxy', image: 'proxy:1' });

describe('kubernetes.deployment.image', () => {
  test('shows which container goes from which image to which', async () => {
    withSidecar();
    expect(await world.planOf('image', { container: 'proxy', image: 'proxy:2' })).toMatchObject({
      value: {
        summary: 'Roll out "proxy:2" to the 3 replicas of "web" in "shop" of "test"',
        targets: [{ kind: 'deployment', name: 'test/shop/web' }],
        diffs: [{ path: '/spec/template/spec/containers/1/image', before: 'proxy:1', after: 'proxy:2' }],
        findings: [],
      },
    });
  });

  test('that may be another one tomorrow is a finding', async () => {
    expect(await world.planOf('image', { image: 'web' })).toMatchObject({
      value: { findings: [{ severity: 'MEDIUM' }] },
    });
  });

  test.each([
    ['image', { image: 'web:1' }, 'NOTHING_TO_CHANGE'],
    ['container', { image: 'web:2', container: 'wbe' }, 'RESOURCE_NOT_FOUND'],
    ['name', { image: 'web:2', name: 'other' }, 'RESOURCE_NOT_FOUND'],
    ['namespace', { image: 'web:2', namespace: 'kube-system' }, 'POLICY_DENIED'],
  ])('is refused at %s for %j', async (path, params, code) => {
    expect(await world.planOf('image', params)).toMatchObject({
      refusal: { code, details: { faults: [{ path }] } },
    });
  });

  test('of several containers one has to be named', async () => {
    withSidecar();
    expect(await world.planOf('image', { image: 'web:2' })).toMatchObject({
      refusal: { details: { faults: [{ path: 'container', suggestions: ['web', 'proxy'] }] } },
    });
  });

  test('changes its own container alone, and undoing keeps what others did since', async () => {
    withSidecar();
    const params = { container: 'web', image: 'web:2' };
    const [action, call] = [world.prepare('image', params), await world.callOf('image', params)];
    const output = await action.apply(call);
    expect(web()?.containers).toEqual([
      { name: 'web', image: 'web:2' },
      { name: 'proxy', image: 'proxy:1' },
    ]);
    deploy(state(), 'shop/web', { replicas: 7 });
    await action.compensate(output, call);
    expect(web()).toMatchObject({ replicas: 7, containers: [{ image: 'web:1' }, { image: 'proxy:1' }] });
  });

  test('is not undone where somebody rolled out another one since', async () => {
    const params = { image: 'web:2' };
    const [action, call] = [world.prepare('image', params), await world.callOf('image', params)];
    const output = await action.apply(call);
    deploy(state(), 'shop/web', { image: 'web:3' });
    await expect(action.compensate(output, call)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    expect(web()?.containers).toEqual([{ name: 'web', image: 'web:3' }]);
  });
});

describe('kubernetes.deployment.restart', () => {
  test('shows how many pods of what it replaces', async () => {
    expect(await world.planOf('restart')).toMatchObject({
      value: {
        summary: 'Restart all 3 pods of "web" in "shop" of "test"',
        diffs: [{ type: 'TABLE', rows: [{ kind: 'CONTEXT', cells: ['web', 'web:1'] }] }],
      },
    });
  });

  test.each([{ isPaused: true }, { replicas: 0 }])(
    'is refused where nothing would restart: %j',
    async (how) => {
      deploy(state(), 'shop/web', how);
      expect(await world.planOf('restart')).toMatchObject({ refusal: { code: 'PRECONDITION_FAILED' } });
    },
  );

  test('is found by its mark, whatever was scaled since, and is gone after another restart', async () => {
    const [action, call] = [world.prepare('restart'), await world.callOf('restart')];
    const output = await action.apply(call);
    deploy(state(), 'shop/web', { replicas: 7 });
    expect(await action.reconcile(call)).toEqual({ kind: 'FOUND', output });
    await world
      .prepare('restart')
      .apply({ ...(await world.callOf('restart')), idempotencyKey: 'd0'.repeat(32) });
    expect(await action.reconcile(call)).toEqual({ kind: 'UNKNOWN' });
  });
});

describe('kubernetes.deployment.status', () => {
  const statusOf = async (params?: object) =>
    world.prepare('status', params).apply(await world.callOf('status', params));

  test('counts what is ready of what is asked for now', async () => {
    expect(await statusOf()).toEqual({ ready: 3, replicas: 3, image: 'web:1' });
    deploy(state(), 'shop/web', { image: 'web:2', status: { replicas: 4, updatedReplicas: 1 } });
    expect(await statusOf()).toEqual({ ready: 0, replicas: 3, image: 'web:2' });
  });

  test('an image that only one of the fleet cannot run makes that one unready', async () => {
    Object.assign(state().deployments, sandboxKubernetesState().deployments);
    const fleet = Object.keys(state().deployments).filter((key) => key.startsWith('shop/web-'));
    expect(fleet).toHaveLength(40);
    for (const key of fleet) deploy(state(), key, { image: 'web:broken' });
    const unready = world.cluster.objects().filter(({ state }) => (state as { ready: number }).ready === 0);
    expect(unready.map(({ id }) => id)).toEqual(['shop/web-07']);
    expect(await statusOf({ name: 'web-07' })).toEqual({ ready: 0, replicas: 2, image: 'web:broken' });
    expect(await statusOf({ name: 'web-08' })).toEqual({ ready: 2, replicas: 2, image: 'web:broken' });
  });
});
