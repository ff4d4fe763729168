import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterToken, createClusterWorld, type ClusterWorld } from '../../../testing/cluster-world.ts';
import { deploy, report, type Kubernetes } from '../../../testing/platforms/kubernetes.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import { clusterTls } from '../../../testing/tls.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createAllowedDeployments } from './allowed-deployments.ts';
import { createDeploymentScale } from './deployment-scale.ts';

let world: ClusterWorld;
let cluster: Kubernetes;

beforeEach(async () => {
  world = await createClusterWorld();
  ({ cluster } = world);
});
afterEach(() => world[Symbol.asyncDispose]());

const five = { replicas: 5 };
const prepare = () => world.prepare('scale', five);
const planOf = (params = {}) => world.planOf('scale', { ...five, ...params });
const callOf = () => world.callOf('scale', five);
const replicasOfWeb = () => cluster.state().deployments['shop/web']?.replicas;

describe('a plan', () => {
  test('shows from how many to how many', async () => {
    expect(await planOf()).toMatchObject({
      ok: true,
      value: {
        summary: 'Scale "web" in "shop" of "test" from 3 to 5',
        targets: [{ kind: 'deployment', name: 'test/shop/web' }],
        diffs: [{ type: 'FIELD', path: '/spec/replicas', before: 3, after: 5 }],
        findings: [],
      },
    });
  });

  test('to nothing is destructive, and a HIGH finding', async () => {
    expect(await planOf({ replicas: 0 })).toMatchObject({
      value: { diffs: [{ after: 0, isDestructive: true }], findings: [{ severity: 'HIGH' }] },
    });
  });

  test.each([
    [{ name: 'wbe' }, 'name', 'RESOURCE_NOT_FOUND'],
    [{ replicas: 3 }, 'replicas', 'NOTHING_TO_CHANGE'],
    [{ cluster: 'tset' }, 'cluster', 'POLICY_DENIED'],
    [{ namespace: 'kube-system' }, 'namespace', 'POLICY_DENIED'],
  ])('that cannot be is refused at its place: %j', async (params, path, code) => {
    expect(await planOf(params)).toMatchObject({
      ok: false,
      refusal: { code, details: { faults: [{ path }] } },
    });
  });

  test.each([
    ['namespace', 'Shop'],
    ['namespace', 'a'.repeat(64)],
    ['namespace', '../kube-system'],
    ['name', 'web-'],
    ['name', 'a..b'],
    ['name', 'web/scale'],
    ['name', 'web;rm'],
    ['name', `${'a'.repeat(63)}.`.repeat(4)],
    ['replicas', -1],
    ['replicas', 1_001],
    ['replicas', 1.5],
  ])('is not even tried for a %s of %j', (param, value) => {
    expect(() => world.prepare('scale', { ...five, [param]: value })).toThrow(`"path":"a.params.${param}"`);
  });

  test('with a token that the cluster does not know is refused without saying it', async () => {
    await using stranger = await createClusterWorld({ acceptedToken: 'another-token' });
    const outcome = await stranger.planOf('scale', five);
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'PLATFORM_AUTHENTICATION_FAILED' } });
    expect(JSON.stringify(outcome)).not.toContain(clusterToken);
  });
});

describe('what came of an earlier attempt', () => {
  test.each<[string, () => void, object]>([
    ['nothing happened', () => {}, { kind: 'ABSENT' }],
    ['a controller reported', () => report(cluster.state(), 'shop/web'), { kind: 'ABSENT' }],
    [
      'it was scaled as wanted',
      () => deploy(cluster.state(), 'shop/web', { replicas: 5 }),
      { kind: 'FOUND', output: { generation: 2 } },
    ],
    [
      'it was scaled otherwise',
      () => deploy(cluster.state(), 'shop/web', { replicas: 4 }),
      { kind: 'UNKNOWN' },
    ],
    [
      'it was scaled as wanted and back',
      () => {
        deploy(cluster.state(), 'shop/web', { replicas: 5 });
        deploy(cluster.state(), 'shop/web', { replicas: 3 });
      },
      { kind: 'UNKNOWN' },
    ],
    [
      'another one has its name',
      () => {
        delete cluster.state().deployments['shop/web'];
        deploy(cluster.state(), 'shop/web', { replicas: 5 });
      },
      { kind: 'UNKNOWN' },
    ],
  ])('where %s', async (_title, happens, expected) => {
    const call = await callOf();
    happens();
    expect(await prepare().reconcile(call)).toMatchObject(expected);
  });
});

describe('scaling back', () => {
  const scaled = async () => {
    const action = prepare();
    const call = await callOf();
    return { action, call, output: await action.apply(call) };
  };

  test('is done as long as the last change was ours, whatever controllers report', async () => {
    const { action, call, output } = await scaled();
    report(cluster.state(), 'shop/web');
    const undone = await action.compensate(output, call);
    expect(replicasOfWeb()).toBe(3);
    expect(await action.compensate(output, call)).toEqual(undone);
    expect(cluster.writes()).toBe(2);
  });

  test('is refused where somebody scaled it since', async () => {
    const { action, call, output } = await scaled();
    deploy(cluster.state(), 'shop/web', { replicas: 9 });
    await expect(action.compensate(output, call)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      effect: 'NONE',
    });
    expect(replicasOfWeb()).toBe(9);
  });
});

describe('a cluster with a certificate of its own', () => {
  test('is reached by the authority that configuration names for it, and by no other', async () => {
    await using distrusting = await createClusterWorld({ tls: clusterTls });
    expect(await distrusting.planOf('scale', five)).toMatchObject({
      ok: false,
      refusal: { code: 'NETWORK_ERROR' },
    });
    await using trusting = await createClusterWorld({
      tls: clusterTls,
      certificateAuthority: clusterTls.cert,
    });
    expect(await trusting.planOf('scale', five)).toMatchObject({ ok: true });
  });
});

test('a cluster inside is reached by its platform, and by nobody who asks for its address', async () => {
  const secrets = createSecrets({ cluster: { value: clusterToken, origins: [] } });
  const clusters = { test: { server: cluster.url, tokenSecret: 'cluster', namespaces: ['shop'] } };
  await using executors = createTestExecutors({
    internalHosts: { kubernetes: [new URL(cluster.url).host] },
    moreExecutors: [createDeploymentScale(createAllowedDeployments(clusters, secrets))],
  });
  const plan = (type: string, params: object) => {
    const prepared = executors.prepare(type, params, 'a');
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
    return prepared.action.plan(planCall());
  };
  const web = { cluster: 'test', namespace: 'shop', name: 'web', replicas: 5 };
  expect(await plan('kubernetes.deployment.scale', web)).toMatchObject({ ok: true });
  const before = cluster.received.length;
  expect(await plan('http.request', { method: 'POST', url: `${cluster.url}/version` })).toMatchObject({
    ok: false,
    refusal: { code: 'POLICY_DENIED' },
  });
  expect(cluster.received).toHaveLength(before);
});
