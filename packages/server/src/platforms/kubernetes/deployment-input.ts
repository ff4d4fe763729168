import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { isLabel, isSubdomain } from './names.ts';

/** The params by which every action names its deployment. */
export const deploymentInput = {
  cluster: z.string().min(1).max(63).describe('A cluster that configuration names'),
  namespace: z
    .string()
    .refine(isLabel, 'Must be 1 to 63 lower-case letters, digits and "-", not at either end.'),
  name: z
    .string()
    .refine(
      isSubdomain,
      'Must be 1 to 253 lower-case letters, digits, "-" and ".", none of these at either end.',
    )
    .describe('The deployment'),
};

export interface NamedDeployment {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** `"web" in "shop" of "live"` */
export const inWords = ({ cluster, namespace, name }: NamedDeployment): string =>
  `${quoted(name)} in ${quoted(namespace)} of ${quoted(cluster)}`;

export const targetOf = ({ cluster, namespace, name }: NamedDeployment) => ({
  kind: 'deployment',
  name: `${cluster}/${namespace}/${name}`,
});
