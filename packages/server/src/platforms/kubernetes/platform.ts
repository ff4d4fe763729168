import { z } from 'zod';
import { definePlatform } from '../contract/platform.ts';
import { clusterSchema } from './cluster.ts';
import { createDeploymentScale } from './deployment-scale.ts';
import { everyNamespace, isLabel } from './names.ts';

export const kubernetes = definePlatform({
  name: 'kubernetes',
  config: {
    clusters: z
      .record(z.string().refine(isLabel, 'must be of lower-case letters, digits and "-"'), clusterSchema)
      .default({}),
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
  actions: ({ clusters }, { secrets }) => [createDeploymentScale(clusters, secrets)],
});
