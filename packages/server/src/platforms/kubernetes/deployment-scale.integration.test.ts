import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasProgram } from '../../../testing/debian-package.ts';
import { createKubernetes, type Kubernetes } from '../../../testing/platforms/kubernetes.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import { clusterTls } from '../../../testing/tls.ts';
import type { Outcome } from '../../domain/errors.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import type { ApplyCall, Executors, PreparedAction } from '../index.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createDeploymentScale } from './deployment-scale.ts';

const token = 'a-token-of-the-cluster';
let cluster: Kubernetes;
let executors: Executors;

const executorsFor = (server: string, certificateAuthority?: string): Executors => {
  const clusters = { test: { server, tokenSecret: 'cluster', namespaces: ['shop'] } };
  const secrets = createSecrets({ cluster: { value: token, origins: [] } });
  return createTestExecutors({
    egress: {
      allowedInternalHosts: ['127.0.0.1'],
      ...(certificateAuthority ? { certificateAuthorities: { [server]: certificateAuthority } } : {}),
    },
    guards: { readBackDelaysMs: [10] },
    moreExecutors: [createDeploymentScale(clusters, secrets)],
  });
};

beforeEach(async () => {
  cluster = await createKubernetes({ token });
  cluster.set('shop', 'web', 3);
  executors = executorsFor(cluster.url);
});
afterEach(async () => {
  await executors[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

const prepare = (params: object = {}): PreparedAction => {
  const given = { cluster: 'test', namespace: 'shop', name: 'web', replicas: 5, ...params };
  const prepared = executors.prepare('kubernetes.deployment.scale@1', given, 'a');
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
  return prepared.action;
};
const planOf = (params?: object): Promise<Outcome<PlannedAction>> => prepare(params).plan(planCall());
const callOf = async (params?: object): Promise<ApplyCall> => {
  const planned = await planOf(params);
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const { precondition } = planned.value;
  return {
    ...planCall(),
    precondition,
    idempotencyKey: 'c0de'.repeat(16),
    taskId: 't',
    stepId: 's',
    attempt: 1,
  };
};

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
    [{ replicas: 3 }, 'replicas', 'PRECONDITION_FAILED'],
    [{ cluster: 'tset' }, 'cluster', 'RESOURCE_NOT_FOUND'],
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
    const params = { cluster: 'test', namespace: 'shop', name: 'web', replicas: 5, [param]: value };
    expect(executors.prepare('kubernetes.deployment.scale', params, 'a')).toMatchObject({
      ok: false,
      faults: [{ path: `a.params.${param}` }],
    });
  });

  test('with a token that the cluster does not know is refused without saying it', async () => {
    await using other = await createKubernetes({ token: 'another-token' });
    await using strangers = executorsFor(other.url);
    executors = strangers;
    const outcome = await planOf();
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'PLATFORM_AUTHENTICATION_FAILED' } });
    expect(JSON.stringify(outcome)).not.toContain(token);
  });
});

describe('what came of an earlier attempt', () => {
  test.each<[string, () => void, object]>([
    ['nothing happened', () => {}, { kind: 'ABSENT' }],
    ['a controller reported', () => cluster.report('shop', 'web'), { kind: 'ABSENT' }],
    [
      'it was scaled as wanted',
      () => cluster.set('shop', 'web', 5),
      { kind: 'FOUND', output: { generation: 2 } },
    ],
    ['it was scaled otherwise', () => cluster.set('shop', 'web', 4), { kind: 'UNKNOWN' }],
    [
      'it was scaled as wanted and back',
      () => {
        cluster.set('shop', 'web', 5);
        cluster.set('shop', 'web', 3);
      },
      { kind: 'UNKNOWN' },
    ],
    [
      'another one has its name',
      () => {
        cluster.remove('shop', 'web');
        cluster.set('shop', 'web', 5);
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
    cluster.report('shop', 'web');
    const undone = await action.compensate(output, call);
    expect(cluster.replicasOf('shop', 'web')).toBe(3);
    expect(await action.compensate(output, call)).toEqual(undone);
    expect(cluster.writes()).toBe(2);
  });

  test('is refused where somebody scaled it since', async () => {
    const { action, call, output } = await scaled();
    cluster.set('shop', 'web', 9);
    await expect(action.compensate(output, call)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      effect: 'NONE',
    });
    expect(cluster.replicasOf('shop', 'web')).toBe(9);
  });
});

describe('a cluster with a certificate of its own', () => {
  test('is reached by the authority that configuration names for it, and by no other', async () => {
    await using secured = await createKubernetes({ token, tls: clusterTls });
    secured.set('shop', 'web', 3);
    await using without = executorsFor(secured.url);
    executors = without;
    expect(await planOf()).toMatchObject({ ok: false, refusal: { code: 'NETWORK_ERROR' } });
    await using trusting = executorsFor(secured.url, clusterTls.cert);
    executors = trusting;
    expect(await planOf()).toMatchObject({ ok: true });
  });
});

const run = promisify(execFile);
describe.runIf(hasProgram('kubectl', 'kubernetes-client') || process.env.CI === 'true')(
  'kubectl (Debian: apt-get install kubernetes-client)',
  () => {
    test('sees what we scale, and we see what it scales', async () => {
      // It gives its token to nobody who is not proven.
      await using secured = await createKubernetes({ token, tls: clusterTls });
      secured.set('shop', 'web', 3);
      await using trusting = executorsFor(secured.url, clusterTls.cert);
      executors = trusting;
      const home = await mkdtemp(join(tmpdir(), 'countersign-kubectl-'));
      try {
        const config = join(home, 'config.json');
        const user = { name: 'test', user: { token } };
        const authority = Buffer.from(clusterTls.cert).toString('base64');
        const place = {
          name: 'test',
          cluster: { server: secured.url, 'certificate-authority-data': authority },
        };
        const context = { name: 'test', context: { cluster: 'test', user: 'test', namespace: 'shop' } };
        const kubeconfig = {
          apiVersion: 'v1',
          kind: 'Config',
          clusters: [place],
          users: [user],
          contexts: [context],
          'current-context': 'test',
        };
        await writeFile(config, JSON.stringify(kubeconfig));
        const kubectl = async (...args: string[]): Promise<string> => {
          const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: config };
          return (await run('kubectl', args, { env })).stdout;
        };
        const action = prepare();
        await action.apply(await callOf());
        expect(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}')).toBe('5');
        const call = await callOf({ replicas: 6 });
        await kubectl('scale', 'deployment', 'web', '--replicas=2');
        expect(secured.replicasOf('shop', 'web')).toBe(2);
        await expect(prepare({ replicas: 6 }).apply(call)).rejects.toMatchObject({
          code: 'PRECONDITION_FAILED',
        });
        await expect(
          kubectl('scale', 'deployment', 'web', '--replicas=7', '--resource-version=1'),
        ).rejects.toThrow(/Expected resource version to be 1/);
      } finally {
        await rm(home, { recursive: true });
      }
    });
  },
);
