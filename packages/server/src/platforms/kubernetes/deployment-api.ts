import { z } from 'zod';
import { classifyError, moved, type ExecutorError } from '../kit/executor-error.ts';
import type { HttpClient } from '../../infra/http-client.ts';
import { askJson, type JsonRequest } from '../kit/json-api.ts';

/** Which deployment, and as it stood when. */
export interface DeploymentVersion {
  readonly uid: string;
  /** Changes with everything, the status too. */
  readonly resourceVersion: string;
  /** Counts what was asked for: one more for each change of the spec, and nothing else. */
  readonly generation: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
}

/** What the API server says of a deployment, as far as our actions go. */
export interface Deployment extends DeploymentVersion {
  readonly replicas: number;
  readonly isPaused: boolean;
  readonly containers: readonly Container[];
  /** Of the template of its pods. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: {
    /** The generation that the rest is about. */
    readonly observedGeneration: number;
    readonly replicas: number;
    readonly updatedReplicas: number;
    readonly readyReplicas: number;
  };
}

export interface AllowedDeployment {
  /** `https://10.0.0.1:6443/apis/apps/v1/namespaces/shop/deployments/web` */
  readonly url: string;
  readonly namespace: string;
  readonly name: string;
  readonly token: string;
}

export interface Reach {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
}

export const versionSchema = z.object({ uid: z.string(), resourceVersion: z.string(), generation: z.int() });

/** The real one leaves out what is 0, false or empty. */
const count = z.int().default(0);
const deployment = z.object({
  metadata: versionSchema,
  spec: z.object({
    replicas: z.int(),
    paused: z.boolean().default(false),
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }).prefault({}),
      spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })).min(1) }),
    }),
  }),
  status: z
    .object({ observedGeneration: count, replicas: count, updatedReplicas: count, readyReplicas: count })
    .prefault({}),
});
const written = z.object({ metadata: z.object({ uid: z.string() }) });

const ask = <Value>(
  { token, ...place }: AllowedDeployment,
  request: Pick<JsonRequest, 'method' | 'json' | 'headers'> & { readonly path?: string },
  schema: z.ZodType<Value>,
  { http, signal }: Reach,
): Promise<Value> => {
  const { path = '', headers, ...rest } = request;
  const authorized = { ...headers, authorization: `Bearer ${token}` };
  return askJson(http, { ...rest, url: `${place.url}${path}`, headers: authorized, signal }, schema);
};

export const readDeployment = async (place: AllowedDeployment, reach: Reach): Promise<Deployment> => {
  const { metadata, spec, status } = await ask(place, { method: 'GET' }, deployment, reach);
  return {
    ...metadata,
    replicas: spec.replicas,
    isPaused: spec.paused,
    containers: spec.template.spec.containers,
    annotations: spec.template.metadata.annotations,
    status,
  };
};

/** A write is held to this version: where the deployment has another, it throws PRECONDITION_FAILED, and nothing is done. */
export const writeReplicas = (
  place: AllowedDeployment,
  replicas: number,
  resourceVersion: string,
  reach: Reach,
): Promise<void> => {
  const { name, namespace } = place;
  const json = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, resourceVersion },
    spec: { replicas },
  };
  return write(place, { method: 'PUT', path: '/scale', json }, reach);
};

/** Held to a version as `writeReplicas` is. Of the template's containers and annotations it changes only those that it names. */
export const patchTemplate = (
  place: AllowedDeployment,
  template: object,
  resourceVersion: string,
  reach: Reach,
): Promise<void> => {
  const json = { metadata: { resourceVersion }, spec: { template } };
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  return write(place, { method: 'PATCH', json, headers }, reach);
};

const write = async (
  place: AllowedDeployment,
  request: Parameters<typeof ask>[1],
  reach: Reach,
): Promise<void> => {
  try {
    await ask(place, request, written, reach);
  } catch (error) {
    throw asDrift(classifyError(error), place.name);
  }
};

/** Held to a version, 409 is the answer to our own check. */
const asDrift = (error: ExecutorError, name: string): ExecutorError =>
  error.code === 'PLATFORM_CONFLICT'
    ? moved(`The deployment "${name}" has changed since the plan was made.`)
    : error;
