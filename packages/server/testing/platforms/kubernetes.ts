import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  jsonBody,
  startEmulator,
  type EmulatedAnswer,
  type EmulatedObject,
  type EmulatedRequest,
  type Emulator,
  type EmulatorOptions,
} from './emulator.ts';
import { kubernetesDiscovery } from './kubernetes-discovery.ts';

interface EmulatedStatus {
  observedGeneration: number;
  replicas: number;
  updatedReplicas: number;
  readyReplicas: number;
}

export interface EmulatedDeployment {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  resourceVersion: number;
  generation: number;
  replicas: number;
  isPaused: boolean;
  containers: { name: string; image: string }[];
  annotations: Record<string, string>;
  /** Of an image with this tag no replica becomes ready. */
  failingTag?: string;
  /** What controllers report, where that is not all that was asked for. */
  status?: Partial<EmulatedStatus>;
}

export interface KubernetesState {
  version: number;
  /** By `namespace/name`. */
  readonly deployments: Record<string, EmulatedDeployment>;
}

export type Kubernetes = Emulator<KubernetesState>;

export interface KubernetesOptions extends EmulatorOptions {
  readonly token: string;
  /** Default: a cluster where nothing runs. */
  readonly state?: KubernetesState;
}

/**
 * An API server for what our actions take: discovery, namespaces, deployments and their scale, with versions,
 * generations, conflicts and the errors of the real one. kubectl gets along with it.
 */
export const startKubernetes = ({ token, state, ...options }: KubernetesOptions): Promise<Kubernetes> =>
  startEmulator<KubernetesState>(
    {
      state: state ?? { version: 100, deployments: {} },
      handle: (now, request) => handle(now, request, token),
      objects: ({ deployments }) => Object.values(deployments).map(objectOf),
      errorOf: (status, retryAfterSeconds) => ({
        ...failure(status, reasons[status] ?? 'InternalError', `as planned: ${status}`),
        ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
      }),
    },
    options,
  );

type Wanted = Partial<Pick<EmulatedDeployment, 'replicas' | 'isPaused' | 'failingTag' | 'status'>> & {
  readonly image?: string;
};

/** Makes a deployment, or changes it as somebody else would. */
export const deploy = (state: KubernetesState, key: string, { image, ...wanted }: Wanted): void => {
  const [namespace = '', name = ''] = key.split('/');
  const known = state.deployments[key];
  if (!known) {
    const containers = [{ name, image: image ?? `${name}:1` }];
    const made = { namespace, name, uid: randomUUID(), resourceVersion: 0, generation: 1 };
    state.deployments[key] = {
      ...made,
      replicas: 1,
      isPaused: false,
      containers,
      annotations: {},
      ...wanted,
    };
    report(state, key);
    return;
  }
  const [first] = known.containers;
  change(state, known, () => {
    if (first && image !== undefined) first.image = image;
    Object.assign(known, wanted);
  });
};

/** A controller reports something: the version moves and nothing else. */
export const report = (state: KubernetesState, key: string): void => {
  const known = state.deployments[key];
  if (known) known.resourceVersion = state.version += 1;
};

/** What the sandbox has: the image tag `broken` is one that `shop/web-07` cannot run, and no other minds. */
export const sandboxKubernetesState = (): KubernetesState => {
  const state: KubernetesState = { version: 100, deployments: {} };
  deploy(state, 'oran-sim/cnf-simulator', { replicas: 2, image: 'cnf-simulator:1.0.0' });
  deploy(state, 'production/critical-service', { replicas: 3, image: 'critical-service:1.0.0' });
  deploy(state, 'testing/test-workload', { replicas: 1, image: 'test-workload:1.0.0' });
  for (let number = 1; number <= 40; number += 1) {
    const name = `web-${String(number).padStart(2, '0')}`;
    const failing = name === 'web-07' ? { failingTag: 'broken' } : {};
    deploy(state, `shop/${name}`, { replicas: 2, image: 'web:1.0.0', ...failing });
  }
  return state;
};

const statusOf = (deployment: EmulatedDeployment): EmulatedStatus => {
  const { generation, replicas, failingTag, containers, status } = deployment;
  const fails = failingTag !== undefined && containers.some(({ image }) => image.endsWith(`:${failingTag}`));
  const all = { observedGeneration: generation, replicas, updatedReplicas: replicas };
  return { ...all, readyReplicas: fails ? 0 : replicas, ...status };
};

const objectOf = (deployment: EmulatedDeployment): EmulatedObject => {
  const { namespace, name, replicas, containers } = deployment;
  const image = containers[0]?.image ?? '';
  const state = { replicas, image, ready: statusOf(deployment).readyReplicas };
  return { kind: 'deployment', id: `${namespace}/${name}`, name, state };
};

const change = (state: KubernetesState, deployment: EmulatedDeployment, act: () => void): void => {
  const before = JSON.stringify(specOf(deployment));
  act();
  if (JSON.stringify(specOf(deployment)) !== before) deployment.generation += 1;
  deployment.resourceVersion = state.version += 1;
};

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  422: 'Invalid',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
};

const failure = (code: number, reason: string, message: string, details: object = {}): EmulatedAnswer => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code },
});

const route = /^\/apis\/apps\/v1\/namespaces\/([^/]+)\/deployments\/([^/]+)(\/scale)?$/;

const handle = (state: KubernetesState, request: EmulatedRequest, token: string): EmulatedAnswer => {
  const { method, path, headers } = request;
  if (headers.authorization !== `Bearer ${token}`) return failure(401, 'Unauthorized', 'Unauthorized');
  const known = kubernetesDiscovery[path];
  if (method === 'GET' && known) return { status: 200, body: known };
  const [, namespace = '', name = '', scale] = route.exec(path) ?? [];
  const key = `${namespace}/${name}`;
  const found = Object.hasOwn(state.deployments, key) ? state.deployments[key] : undefined;
  if (!found) {
    const message =
      name === ''
        ? 'the server could not find the requested resource'
        : `deployments.apps "${name}" not found`;
    return failure(404, 'NotFound', message, { name, group: 'apps', kind: 'deployments' });
  }
  if (method === 'GET') return { status: 200, body: scale ? scaleOf(found) : deploymentOf(found) };
  if (method === 'PATCH' || (method === 'PUT' && scale))
    return write(state, found, request, scale !== undefined);
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method');
};

/** A whole Scale, or a merge patch of a Scale or of a deployment: in a patch the version may be left out. */
const written = z.object({
  metadata: z.object({ resourceVersion: z.string().optional() }).default({}),
  spec: z.object({
    replicas: z.int().min(0).optional(),
    paused: z.boolean().optional(),
    template: z
      .object({
        metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }).prefault({}),
        spec: z
          .object({ containers: z.array(z.object({ name: z.string(), image: z.string() })).default([]) })
          .prefault({}),
      })
      .prefault({}),
  }),
});

const patches = new Set(['application/merge-patch+json', 'application/strategic-merge-patch+json']);

const write = (
  state: KubernetesState,
  found: EmulatedDeployment,
  request: EmulatedRequest,
  isScale: boolean,
): EmulatedAnswer => {
  const { metadata, spec } = written.parse(jsonBody(request));
  const { containers } = spec.template.spec;
  const type = request.headers['content-type'] ?? '';
  // Only a strategic patch knows the containers by their names; any other replaces the whole list.
  const isStrategic = type === 'application/strategic-merge-patch+json';
  if (request.method === 'PATCH' && (!patches.has(type) || (containers.length > 0 && !isStrategic)))
    return failure(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format');
  const version = metadata.resourceVersion;
  if (version !== undefined && version !== String(found.resourceVersion)) {
    const message = `Operation cannot be fulfilled on deployments.apps "${found.name}": the object has been modified; please apply your changes to the latest version and try again`;
    return failure(409, 'Conflict', message, { name: found.name, group: 'apps', kind: 'deployments' });
  }
  change(state, found, () => {
    if (spec.replicas !== undefined) found.replicas = spec.replicas;
    if (spec.paused !== undefined) found.isPaused = spec.paused;
    Object.assign(found.annotations, spec.template.metadata.annotations);
    for (const { name, image } of containers) {
      const container = found.containers.find((one) => one.name === name);
      if (container) container.image = image;
      else found.containers.push({ name, image });
    }
  });
  const body = isScale ? scaleOf(found) : deploymentOf(found);
  const key = `${found.namespace}/${found.name}`;
  // Controllers report the status, which moves the version.
  report(state, key);
  return { status: 200, body, wrote: `deployment/${key}` };
};

const metadataOf = ({ name, namespace, uid, resourceVersion }: EmulatedDeployment) => ({
  name,
  namespace,
  uid,
  resourceVersion: String(resourceVersion),
  creationTimestamp: '2026-01-01T00:00:00Z',
});

const scaleOf = (deployment: EmulatedDeployment) => ({
  kind: 'Scale',
  apiVersion: 'autoscaling/v1',
  metadata: metadataOf(deployment),
  spec: withoutNothing({ replicas: deployment.replicas }),
  status: { replicas: deployment.replicas, selector: `app=${deployment.name}` },
});

const specOf = ({ name, replicas, isPaused, containers, annotations }: EmulatedDeployment) => ({
  replicas,
  ...withoutNothing({ paused: isPaused }),
  selector: { matchLabels: { app: name } },
  template: {
    metadata: { labels: { app: name }, ...withoutNothing({ annotations }) },
    spec: { containers },
  },
});

const deploymentOf = (deployment: EmulatedDeployment) => ({
  kind: 'Deployment',
  apiVersion: 'apps/v1',
  metadata: { ...metadataOf(deployment), generation: deployment.generation },
  spec: specOf(deployment),
  status: withoutNothing(statusOf(deployment)),
});

/** As the real one writes it: what is 0, false or empty is left out. */
const withoutNothing = (fields: object) =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => Boolean(value) && (typeof value !== 'object' || Object.keys(value as object).length > 0),
    ),
  );
