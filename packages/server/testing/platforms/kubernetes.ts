import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { ReceivedRequest } from '../../src/platforms/contract/executor-conformance.ts';
import { answer, bodyOf, fail, takeFailure, type PlannedFailure } from '../planned-failure.ts';

interface Deployment {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  resourceVersion: number;
  generation: number;
  replicas: number;
}

export interface KubernetesBehaviour {
  /** Of the next writes. */
  failures: PlannedFailure[];
  /** Answers writes like a success and does nothing. */
  isLying: boolean;
  /** After each write, controllers report the status, which moves the version. Default true. */
  hasControllers: boolean;
}

export interface Kubernetes extends AsyncDisposable {
  /** Of the API server. */
  readonly url: string;
  readonly behaviour: KubernetesBehaviour;
  readonly received: readonly ReceivedRequest[];
  readonly writes: () => number;
  /** Makes a deployment, or sets its replicas as somebody else would. */
  readonly set: (namespace: string, name: string, replicas: number) => void;
  readonly remove: (namespace: string, name: string) => void;
  /** A controller reports something: the version moves and nothing else. */
  readonly report: (namespace: string, name: string) => void;
  readonly replicasOf: (namespace: string, name: string) => number | undefined;
  /** What was asked for, of everything: no report of a controller changes it. */
  readonly specs: () => string;
}

export interface KubernetesOptions {
  readonly token: string;
  /** Serves HTTPS with this. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/**
 * An API server for what scaling deployments takes: discovery, namespaces, deployments and their scale, with
 * versions, generations, conflicts and the errors of the real one. kubectl gets along with it.
 */
export const createKubernetes = async ({ token, tls }: KubernetesOptions): Promise<Kubernetes> => {
  const deployments = new Map<string, Deployment>();
  const behaviour: KubernetesBehaviour = { failures: [], isLying: false, hasControllers: true };
  const received: ReceivedRequest[] = [];
  const state = { version: 100, writes: 0 };
  const world: Cluster = { token, deployments, behaviour, state };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const scheme = tls ? 'https' : 'http';
    received.push({ method: request.method ?? '', url: `${scheme}://${request.headers.host}${request.url}` });
    handle(world, request, response).catch((error: unknown) => {
      answer(response, 500, statusOf(500, 'InternalError', String(error)));
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const find = (namespace: string, name: string) => deployments.get(`${namespace}/${name}`);
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    behaviour,
    received,
    writes: () => state.writes,
    set: (namespace, name, replicas) => {
      const known = find(namespace, name);
      if (known) change(world, known, replicas);
      else {
        const uid = randomUUID();
        const made = { namespace, name, uid, resourceVersion: (state.version += 1), generation: 1, replicas };
        deployments.set(`${namespace}/${name}`, made);
      }
    },
    remove: (namespace, name) => void deployments.delete(`${namespace}/${name}`),
    report: (namespace, name) => {
      const known = find(namespace, name);
      if (known) known.resourceVersion = state.version += 1;
    },
    replicasOf: (namespace, name) => find(namespace, name)?.replicas,
    specs: () =>
      JSON.stringify(
        [...deployments].map(([key, { uid, generation, replicas }]) => [key, uid, generation, replicas]),
      ),
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

interface Cluster {
  readonly token: string;
  readonly deployments: Map<string, Deployment>;
  readonly behaviour: KubernetesBehaviour;
  readonly state: { version: number; writes: number };
}

const change = ({ state }: Cluster, deployment: Deployment, replicas: number): void => {
  if (deployment.replicas !== replicas) deployment.generation += 1;
  deployment.replicas = replicas;
  deployment.resourceVersion = state.version += 1;
};

const statusOf = (code: number, reason: string, message: string, details: object = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  details,
  code,
});

const resource = (name: string, kind: string, namespaced: boolean, verbs: readonly string[], more = {}) => ({
  name,
  singularName: name.includes('/') ? '' : kind.toLowerCase(),
  namespaced,
  kind,
  verbs,
  ...more,
});
const list = (groupVersion: string, ...resources: object[]) => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources,
});
const apps = { groupVersion: 'apps/v1', version: 'v1' };

const discovery: Readonly<Record<string, object>> = {
  '/version': { major: '1', minor: '34', gitVersion: 'v1.34.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/apis': {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [{ name: 'apps', versions: [apps], preferredVersion: apps }],
  },
  '/api/v1': list('v1', resource('namespaces', 'Namespace', false, ['get'], { shortNames: ['ns'] })),
  '/apis/apps/v1': list(
    'apps/v1',
    resource('deployments', 'Deployment', true, ['get', 'list'], { shortNames: ['deploy'] }),
    resource('deployments/scale', 'Scale', true, ['get', 'patch', 'update'], {
      group: 'autoscaling',
      version: 'v1',
    }),
  ),
};

const route = /^\/apis\/apps\/v1\/namespaces\/([^/]+)\/deployments\/([^/]+)(\/scale)?$/;

const handle = async (world: Cluster, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname } = new URL(request.url ?? '/', 'http://cluster');
  if (request.headers.authorization !== `Bearer ${world.token}`) {
    answer(response, 401, statusOf(401, 'Unauthorized', 'Unauthorized'));
    return;
  }
  const known = discovery[pathname];
  const [, namespace = '', name = '', scale] = route.exec(pathname) ?? [];
  const found = world.deployments.get(`${namespace}/${name}`);
  if (request.method === 'GET' && known) answer(response, 200, known);
  else if (!found) {
    const message =
      name === ''
        ? 'the server could not find the requested resource'
        : `deployments.apps "${name}" not found`;
    answer(response, 404, statusOf(404, 'NotFound', message, { name, group: 'apps', kind: 'deployments' }));
  } else if (request.method === 'GET') answer(response, 200, scale ? scaleOf(found) : deploymentOf(found));
  else if (scale && (request.method === 'PUT' || request.method === 'PATCH'))
    await write(world, found, request, response);
  else answer(response, 405, statusOf(405, 'MethodNotAllowed', 'the server does not allow this method'));
};

/** A whole Scale, or a merge patch of one: in a patch the version may be left out. */
const written = z.object({
  metadata: z.object({ resourceVersion: z.string().optional() }).default({}),
  spec: z.object({ replicas: z.int().min(0) }),
});

const write = async (
  world: Cluster,
  found: Deployment,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { metadata, spec } = written.parse(await bodyOf(request));
  const failure = takeFailure(world.behaviour);
  if (failure?.when === 'BEFORE') {
    fail(failure, request, response);
    return;
  }
  const version = metadata.resourceVersion;
  if (version !== undefined && version !== String(found.resourceVersion)) {
    const message = `Operation cannot be fulfilled on deployments.apps "${found.name}": the object has been modified; please apply your changes to the latest version and try again`;
    answer(
      response,
      409,
      statusOf(409, 'Conflict', message, { name: found.name, group: 'apps', kind: 'deployments' }),
    );
    return;
  }
  if (world.behaviour.isLying) {
    answer(response, 200, scaleOf({ ...found, replicas: spec.replicas }));
    return;
  }
  change(world, found, spec.replicas);
  world.state.writes += 1;
  const done = scaleOf(found);
  if (world.behaviour.hasControllers) found.resourceVersion = world.state.version += 1;
  if (failure) fail(failure, request, response);
  else answer(response, 200, done);
};

const metadataOf = ({ name, namespace, uid, resourceVersion }: Deployment) => ({
  name,
  namespace,
  uid,
  resourceVersion: String(resourceVersion),
  creationTimestamp: '2026-01-01T00:00:00Z',
});

const scaleOf = (deployment: Deployment) => ({
  kind: 'Scale',
  apiVersion: 'autoscaling/v1',
  metadata: metadataOf(deployment),
  // As the real one writes it: a field that is 0 is left out.
  spec: deployment.replicas === 0 ? {} : { replicas: deployment.replicas },
  status: { replicas: deployment.replicas, selector: `app=${deployment.name}` },
});

const deploymentOf = (deployment: Deployment) => {
  const labels = { app: deployment.name };
  const { replicas, generation, name } = deployment;
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { ...metadataOf(deployment), generation },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: `${name}:1` }] } },
    },
    status: { observedGeneration: generation, replicas, readyReplicas: replicas },
  };
};
