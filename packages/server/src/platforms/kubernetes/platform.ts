import { z } from 'zod';
import { definePlatform } from '../contract/platform.ts';
import { clusterSchema } from './cluster.ts';
import { createDeploymentImage } from './deployment-image.ts';
import { createAllowedDeployments } from './allowed-deployments.ts';
import { createDeploymentRestart } from './deployment-restart.ts';
import { createDeploymentScale } from './deployment-scale.ts';
import { createDeploymentStatus } from './deployment-status.ts';
import { everyNamespace, isLabel } from './names.ts';

export const kubernetes = definePlatform({
  name: 'kubernetes',
  config: {
    clusters: z
      .record(z.string().refine(isLabel, 'must be of lower-case letters, digits and "-"'), clusterSchema)
      .default({})
      .describe('Kubernetes clusters, by the name that callers use.'),
  },
  secretsOf: ({ clusters }) => Object.values(clusters).map(({ tokenSecret }) => tokenSecret),
  reachOf: ({ clusters }) =>
    Object.entries(clusters).flatMap(([name, { namespaces }]) =>
      namespaces.map((namespace) =>
        namespace === everyNamespace
          ? { kind: 'cluster', name, isPrefix: true }
          : { kind: 'namespace', name: `${name}/${namespace}`, isPrefix: false },
      ),
    ),
  sandbox: {
    isConfigured: ({ clusters }) => Object.keys(clusters).length > 0,
    settings: (url) => ({
      settings: {
        clusters: { sandbox: { server: url, tokenSecret: 'sandbox-cluster', namespaces: [everyNamespace] } },
      },
      secrets: { 'sandbox-cluster': 'a-token-of-the-sandbox' },
    }),
  },
  actions: ({ clusters }, { secrets }) => {
    const places = createAllowedDeployments(clusters, secrets);
    return [
      createDeploymentImage(places),
      createDeploymentRestart(places),
      createDeploymentScale(places),
      createDeploymentStatus(places),
    ];
  },
});
