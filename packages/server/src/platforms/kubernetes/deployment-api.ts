import { z } from 'zod';
import { classifyError, ExecutorError } from '../kit/executor-error.ts';
import type { HttpClient } from '../../infra/http-client.ts';
import { askJson } from '../kit/json-api.ts';

/** What the API server says of a deployment, as far as scaling it goes. */
export interface Deployment {
  readonly uid: string;
  /** Changes with everything, the status too. */
  readonly resourceVersion: string;
  /** Counts what was asked for: one more for each change of the spec, and nothing else. */
  readonly generation: number;
  readonly replicas: number;
}

export interface DeploymentPlace {
  /** `https://10.0.0.1:6443/apis/apps/v1/namespaces/shop/deployments/web` */
  readonly url: string;
  readonly namespace: string;
  readonly name: string;
  readonly token: string;
}

type Reach = { readonly http: HttpClient; readonly signal: AbortSignal };

const deployment = z.object({
  metadata: z.object({ uid: z.string(), resourceVersion: z.string(), generation: z.int() }),
  spec: z.object({ replicas: z.int() }),
});
const scale = z.object({ spec: z.object({ replicas: z.int().default(0) }) });

const authorized = (token: string) => ({ authorization: `Bearer ${token}` });

export const readDeployment = async ({ url, token }: DeploymentPlace, reach: Reach): Promise<Deployment> => {
  const found = await askJson(
    reach.http,
    { method: 'GET', url, headers: authorized(token), signal: reach.signal },
    deployment,
  );
  return { ...found.metadata, ...found.spec };
};

export const readReplicas = async (
  { url, token }: DeploymentPlace,
  { http, signal }: Reach,
): Promise<number> => {
  const asked = { method: 'GET', url: `${url}/scale`, headers: authorized(token), signal };
  return (await askJson(http, asked, scale)).spec.replicas;
};

/** Only where the deployment is still the one of this version; otherwise it throws PRECONDITION_FAILED, and nothing is done. */
export const writeReplicas = async (
  { url, token, namespace, name }: DeploymentPlace,
  replicas: number,
  resourceVersion: string,
  { http, signal }: Reach,
): Promise<void> => {
  const json = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, resourceVersion },
    spec: { replicas },
  };
  try {
    await askJson(
      http,
      { method: 'PUT', url: `${url}/scale`, headers: authorized(token), json, signal },
      scale,
    );
  } catch (error) {
    throw asDrift(classifyError(error), name);
  }
};

/** Held to a version, 409 is the answer to our own check. */
const asDrift = (error: ExecutorError, name: string): ExecutorError =>
  error.code === 'PLATFORM_CONFLICT'
    ? new ExecutorError(
        'PRECONDITION_FAILED',
        `The deployment "${name}" has changed since the plan was made.`,
        {
          effect: 'NONE',
        },
      )
    : error;
