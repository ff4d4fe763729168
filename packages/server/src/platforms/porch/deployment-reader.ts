import { z } from 'zod';
import type { HttpClient } from '../../infra/http-client.ts';
import { askJson } from '../kit/json-api.ts';
import type { ScalingInput } from './scaling-input.ts';

/** Below the API server. */
export const deploymentPath = '/apis/apps/v1/namespaces/{namespace}/deployments/{name}';

/** What a plan found, and what has to be so still. */
export const foundSchema = z.object({
  uid: z.string(),
  /** Counts what was asked of the deployment. */
  generation: z.int(),
  replicas: z.int(),
});
export type FoundDeployment = z.output<typeof foundSchema>;

const deployment = z.object({
  metadata: z.object({ uid: z.string(), generation: z.int() }),
  spec: z.object({ replicas: z.int() }),
});

type Reach = { readonly http: HttpClient; readonly signal: AbortSignal };

/** Looks at the deployment that porch is asked to scale. */
export type ReadDeployment = (
  intent: Pick<ScalingInput, 'namespace' | 'target'>,
  reach: Reach,
) => Promise<FoundDeployment>;

/** Read access to the cluster that porch works on: by it an effect is found again, verified and undone. */
export interface ClusterSight {
  /** As the cluster is called among the clusters of Kubernetes: whoever scales there waits for the same lock. */
  readonly name: string;
  readonly server: string;
  readonly read: ReadDeployment;
  /** How long a change may take to be seen. */
  readonly settleMs: number;
}

export const createDeploymentReader =
  (server: string, token: string): ReadDeployment =>
  async ({ namespace, target }, { http, signal }) => {
    const path = deploymentPath.replace('{namespace}', namespace).replace('{name}', target);
    const url = `${server.replace(/\/$/, '')}${path}`;
    const headers = { authorization: `Bearer ${token}` };
    const { metadata, spec } = await askJson(http, { method: 'GET', url, headers, signal }, deployment);
    return { ...metadata, replicas: spec.replicas };
  };
