import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterToken, createClusterWorld, type ClusterWorld } from '../../../testing/cluster-world.ts';
import { hasProgram } from '../../../testing/debian-package.ts';
import { clusterTls } from '../../../testing/tls.ts';

const run = promisify(execFile);
const changed = { code: 'PRECONDITION_FAILED', effect: 'NONE' };

describe.runIf(hasProgram('kubectl', 'kubernetes-client') || process.env.CI === 'true')(
  'kubectl (Debian: apt-get install kubernetes-client)',
  () => {
    let world: ClusterWorld;
    let home: string;

    beforeEach(async () => {
      // It gives its token to nobody who is not proven.
      world = await createClusterWorld({ tls: clusterTls, certificateAuthority: clusterTls.cert });
      home = await mkdtemp(join(tmpdir(), 'countersign-kubectl-'));
      const authority = Buffer.from(clusterTls.cert).toString('base64');
      const place = { server: world.cluster.url, 'certificate-authority-data': authority };
      const kubeconfig = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'test', cluster: place }],
        users: [{ name: 'test', user: { token: clusterToken } }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'shop' } }],
        'current-context': 'test',
      };
      await writeFile(join(home, 'config.json'), JSON.stringify(kubeconfig));
    });
    afterEach(async () => {
      await world[Symbol.asyncDispose]();
      await rm(home, { recursive: true });
    });

    const kubectl = async (...args: string[]): Promise<string> => {
      const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: join(home, 'config.json') };
      return (await run('kubectl', args, { env })).stdout;
    };
    const seen = (path: string) => kubectl('get', 'deployment', 'web', '-o', `jsonpath={${path}}`);
    const web = () => world.cluster.state().deployments['shop/web'];

    test('sees what we scale, and we see what it scales', async () => {
      const { prepare, callOf } = world;
      await prepare('scale', { replicas: 5 }).apply(await callOf('scale', { replicas: 5 }));
      expect(await seen('.spec.replicas')).toBe('5');
      const call = await callOf('scale', { replicas: 6 });
      await kubectl('scale', 'deployment', 'web', '--replicas=2');
      expect(web()?.replicas).toBe(2);
      await expect(prepare('scale', { replicas: 6 }).apply(call)).rejects.toMatchObject(changed);
      await expect(
        kubectl('scale', 'deployment', 'web', '--replicas=7', '--resource-version=1'),
      ).rejects.toThrow(/Expected resource version to be 1/);
    });

    test('sees what we roll out and restart, and we see what it does', async () => {
      const { prepare, callOf } = world;
      await prepare('image', { image: 'web:2' }).apply(await callOf('image', { image: 'web:2' }));
      expect(await seen('.spec.template.spec.containers[0].image')).toBe('web:2');
      const call = await callOf('image', { image: 'web:4' });
      await kubectl('set', 'image', 'deployment/web', 'web=web:3');
      expect(web()?.containers).toEqual([{ name: 'web', image: 'web:3' }]);
      await expect(prepare('image', { image: 'web:4' }).apply(call)).rejects.toMatchObject(changed);
      const restart = await callOf('restart');
      await kubectl('rollout', 'restart', 'deployment/web');
      await expect(prepare('restart').apply(restart)).rejects.toMatchObject(changed);
      await prepare('restart').apply(await callOf('restart'));
      expect(Object.keys(web()?.annotations ?? {})).toEqual([
        'kubectl.kubernetes.io/restartedAt',
        'countersign/restart',
      ]);
    });
  },
);
