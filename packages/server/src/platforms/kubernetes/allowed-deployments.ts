import { quoted } from '@countersign/shared';
import { accepted, refusalAt, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { refusedName } from '../kit/configured-names.ts';
import { notAllowed } from '../kit/executor-error.ts';
import type { Secrets } from '../kit/secrets.ts';
import type { Cluster } from './cluster.ts';
import type { AllowedDeployment } from './deployment-api.ts';
import type { NamedDeployment } from './deployment-input.ts';
import { everyNamespace } from './names.ts';

/** Below the API server. */
export const deploymentPath = '/apis/apps/v1/namespaces/{namespace}/deployments/{name}';

/** Where deployments are that configuration lets callers name. */
export interface AllowedDeployments {
  readonly placeOf: (given: NamedDeployment) => Outcome<AllowedDeployment>;
  /** As `placeOf`, of what was allowed when it was planned: throws POLICY_DENIED where it is not any more. */
  readonly openPlace: (given: NamedDeployment) => AllowedDeployment;
  /** The API server of a cluster; empty where there is no such cluster. */
  readonly serverOf: (cluster: string) => string;
}

export const createAllowedDeployments = (
  clusters: Readonly<Record<string, Cluster>>,
  secrets: Secrets,
): AllowedDeployments => {
  const clusterOf = (name: string): Cluster | undefined =>
    Object.hasOwn(clusters, name) ? clusters[name] : undefined;
  const placeOf: AllowedDeployments['placeOf'] = ({ cluster, namespace, name }) => {
    const known = clusterOf(cluster);
    if (!known) {
      const names = Object.keys(clusters);
      return refused(refusedName('cluster', { what: 'cluster', name: cluster, names, setting: 'clusters' }));
    }
    if (!known.namespaces.some((allowed) => allowed === everyNamespace || allowed === namespace))
      return refused(unnamedNamespace(cluster, namespace, known));
    const server = known.server.replace(/\/$/, '');
    const path = deploymentPath.replace('{namespace}', namespace).replace('{name}', name);
    return accepted({ url: `${server}${path}`, namespace, name, token: secrets.reveal(known.tokenSecret) });
  };
  return {
    placeOf,
    openPlace: (given) => {
      const place = placeOf(given);
      if (place.ok) return place.value;
      throw notAllowed(place.refusal.message);
    },
    serverOf: (cluster) => clusterOf(cluster)?.server ?? '',
  };
};

const unnamedNamespace = (cluster: string, namespace: string, { namespaces }: Cluster): Refusal =>
  refusalAt(
    'namespace',
    'POLICY_DENIED',
    `Configuration does not allow the namespace ${quoted(namespace)} of ${quoted(cluster)}.`,
    { setting: `clusters.${cluster}.namespaces`, suggestions: namespaces.slice(0, 10) },
  );
