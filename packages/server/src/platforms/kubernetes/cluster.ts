import { z } from 'zod';
import { hasOnly, keepsSecrets, urlSchema } from '../../infra/url-schema.ts';
import { everyNamespace, isLabel } from './names.ts';

/** One cluster, as `clusters` of `config.json` names it. */
export const clusterSchema = z.strictObject({
  /** The API server, with the path that a proxy in front of it wants. */
  server: urlSchema('http:', 'https:')
    .refine((text) => hasOnly(text, 'path'), 'must have no query, no fragment and no user')
    .refine(keepsSecrets, 'must begin with https://, unless it is on this machine: a token is sent there'),
  /** Name of the secret that is sent as bearer token. */
  tokenSecret: z.string().min(1),
  namespaces: z
    .array(
      z
        .string()
        .refine(
          (name) => name === everyNamespace || isLabel(name),
          'must be the name of a namespace, or "*"',
        ),
    )
    .min(1),
});
export type Cluster = z.output<typeof clusterSchema>;
