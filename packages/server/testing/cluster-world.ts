import type { Outcome } from '../src/domain/errors.ts';
import type { PlannedAction } from '../src/domain/planned-action.ts';
import type { ApplyCall, PreparedAction } from '../src/platforms/index.ts';
import { createPrograms } from '../src/platforms/kit/programs.ts';
import { createSecrets } from '../src/platforms/kit/secrets.ts';
import { kubernetes } from '../src/platforms/kubernetes/platform.ts';
import { deploy, startKubernetes, type Kubernetes } from './platforms/kubernetes.ts';
import { createTestExecutors, planCall } from './test-executors.ts';
import type { clusterTls } from './tls.ts';

export const clusterToken = 'a-token-of-the-cluster';

/** A cluster `test` with `shop/web` of three replicas, and the actions behind their guards. */
export interface ClusterWorld extends AsyncDisposable {
  readonly cluster: Kubernetes;
  /** Of `shop/web`, unless the params say otherwise. */
  readonly prepare: (action: string, params?: object) => PreparedAction;
  readonly planOf: (action: string, params?: object) => Promise<Outcome<PlannedAction>>;
  /** The call of an action as it is planned now. */
  readonly callOf: (action: string, params?: object) => Promise<ApplyCall>;
}

export interface ClusterWorldOptions {
  readonly tls?: typeof clusterTls;
  /** Of the cluster's certificate, where it is trusted. */
  readonly certificateAuthority?: string;
  /** What the cluster takes, where that is not what is configured. */
  readonly acceptedToken?: string;
}

export const createClusterWorld = async (options: ClusterWorldOptions = {}): Promise<ClusterWorld> => {
  const { tls, certificateAuthority, acceptedToken = clusterToken } = options;
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startKubernetes({ token: acceptedToken, ...(tls ? { tls } : {}) }));
  deploy(cluster.state(), 'shop/web', { replicas: 3 });
  const clusters = { test: { server: cluster.url, tokenSecret: 'cluster', namespaces: ['shop'] } };
  const secrets = createSecrets({ cluster: { value: clusterToken, origins: [] } });
  const programs = createPrograms({ environment: {}, sandbox: 'PREFERRED' });
  const tools = { home: '', secrets, programEnvironment: {}, programs, stack };
  const executors = stack.use(
    createTestExecutors({
      egress: {
        allowedInternalHosts: ['127.0.0.1'],
        ...(certificateAuthority ? { certificateAuthorities: { [cluster.url]: certificateAuthority } } : {}),
      },
      guards: { readBackDelaysMs: [10] },
      moreExecutors: kubernetes.actions({ clusters }, tools),
    }),
  );
  const prepare: ClusterWorld['prepare'] = (action, params = {}) => {
    const given = { cluster: 'test', namespace: 'shop', name: 'web', ...params };
    const prepared = executors.prepare(`kubernetes.deployment.${action}`, given, 'a');
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
    return prepared.action;
  };
  const planOf: ClusterWorld['planOf'] = (action, params) => prepare(action, params).plan(planCall());
  const ending = stack.move();
  return {
    cluster,
    prepare,
    planOf,
    callOf: async (action, params) => {
      const planned = await planOf(action, params);
      if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
      const { precondition } = planned.value;
      const idempotencyKey = 'c0de'.repeat(16);
      return { ...planCall(), precondition, idempotencyKey, taskId: 't', stepId: 's', attempt: 1 };
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
};
