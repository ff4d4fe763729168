import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { keepsSecrets, urlSchema } from '../infra/url-schema.ts';

const absolute = z.string().refine(isAbsolute, 'must be an absolute path');
const segment = z.string().regex(/^[\w./-]{1,200}$/);

const vault = z
  .strictObject({
    address: urlSchema('http:', 'https:')
      .refine(keepsSecrets, 'must be https, or on this machine')
      .describe('Where Vault is: `https://vault.example.com:8200`.'),
    role: z.string().min(1).max(200).describe('Role of the Kubernetes auth method.'),
    auth: segment.default('kubernetes').describe('Where the Kubernetes auth method is mounted.'),
    tokenFile: absolute
      .default('/var/run/secrets/kubernetes.io/serviceaccount/token')
      .describe('File of the token of the service account; read again at each login.'),
    mount: segment.default('secret').describe('Where the key-value engine (version 2) is mounted.'),
    path: segment.describe('Path of one secret there; its keys are the names of ours.'),
    namespace: z.string().min(1).max(200).optional().describe('Namespace of Vault Enterprise.'),
    timeoutMs: z
      .int()
      .min(100)
      .max(60_000)
      .default(5_000)
      .describe('How long one answer may take, in milliseconds.'),
  })
  .describe('HashiCorp Vault, by the Kubernetes auth method, from a key-value engine of version 2.');

/** Where the values of secrets come from: environment, then files, then Vault; the first that has a name gives it. */
export const secretSourceSettings = {
  secretSources: z
    .strictObject({
      files: z
        .array(absolute)
        .max(20)
        .default([])
        .describe(
          'Folders in which each file is a secret of its name, such as a mounted Secret of Kubernetes.',
        ),
      vault: vault.optional(),
      everyMs: z
        .int()
        .min(100)
        .max(3_600_000)
        .default(30_000)
        .describe('How often values are read again, in milliseconds.'),
      keepMs: z
        .int()
        .min(0)
        .max(604_800_000)
        .default(3_600_000)
        .describe('How long a value that was replaced is still kept out of log and record, in milliseconds.'),
    })
    .prefault({})
    .describe('Where the values of secrets come from besides the environment.'),
};
