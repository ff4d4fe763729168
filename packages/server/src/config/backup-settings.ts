import { resolve } from 'node:path';
import { z } from 'zod';
import { hasOnly, keepsSecrets, urlSchema } from '../infra/url-schema.ts';
import type { S3Settings } from '../infra/s3-client.ts';

const longestMs = 400 * 86_400_000;

export const backupSettings = {
  backup: z
    .strictObject({
      folder: z
        .string()
        .min(1)
        .optional()
        .describe('Folder of backups; `backups` in the home where left out. Better on another machine.'),
      s3: z
        .strictObject({
          endpoint: urlSchema('http:', 'https:')
            .refine((text) => hasOnly(text, 'path'), 'must have no query, no fragment and no user')
            .refine(keepsSecrets, 'must be https, or on this machine')
            .describe('URL of the service, without the bucket: `https://s3.eu-central-1.amazonaws.com`.'),
          region: z.string().min(1).max(64).default('us-east-1').describe('What requests are signed for.'),
          bucket: z
            .string()
            .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
            .describe('Its bucket.'),
          prefix: z
            .string()
            .max(200)
            .regex(/^[\w./=-]*$/, 'must be words with slashes between')
            .refine(
              (text) => !/(^|\/)\.{1,2}(\/|$)/.test(text),
              'must have no . and no .. between its slashes',
            )
            .default('')
            .describe('What keys of backups begin with.'),
          accessKeyIdSecret: z.string().min(1).describe('The secret that is the id of the access key.'),
          secretAccessKeySecret: z.string().min(1).describe('The secret that is the access key.'),
        })
        .optional()
        .describe('Object storage that speaks S3, in the place of a folder.'),
      everyMs: z
        .int()
        .min(1_000)
        .max(longestMs)
        .nullable()
        .default(null)
        .describe('How often the server takes one by itself; null for never.'),
      keep: z.int().min(1).max(10_000).default(7).describe('How many good ones of its own are kept.'),
      oldAfterMs: z
        .int()
        .min(1_000)
        .max(longestMs)
        .nullable()
        .default(null)
        .describe(
          'How old the newest good one may be before somebody is told; null for twice `everyMs`, or for ever where that is null.',
        ),
    })
    .prefault({})
    .describe('Backups that the server takes.'),
};

type BackupFile = z.output<typeof backupSettings.backup>;

export interface BackupConfig {
  /** Where backups are put, unless `s3` is there. */
  readonly folder: string;
  readonly s3: (S3Settings & { readonly prefix: string }) | null;
  readonly everyMs: number | null;
  readonly keep: number;
  readonly oldAfterMs: number | null;
}

export const backupSecrets = ({ backup: { s3 } }: { readonly backup: BackupFile }): readonly string[] =>
  s3 === undefined ? [] : [s3.accessKeyIdSecret, s3.secretAccessKeySecret];

export const backupOf = (
  { backup: { folder, s3, everyMs, keep, oldAfterMs } }: { readonly backup: BackupFile },
  home: string,
  secrets: Readonly<Record<string, { readonly value: string }>>,
): BackupConfig => ({
  folder: resolve(home, folder ?? 'backups'),
  s3: s3 === undefined ? null : s3Of(s3, secrets),
  everyMs,
  keep,
  oldAfterMs: oldAfterMs ?? (everyMs === null ? null : 2 * everyMs),
});

const s3Of = (
  { accessKeyIdSecret, secretAccessKeySecret, ...rest }: NonNullable<BackupFile['s3']>,
  secrets: Parameters<typeof backupOf>[2],
): BackupConfig['s3'] => ({
  ...rest,
  accessKeyId: secrets[accessKeyIdSecret]?.value ?? '',
  secretAccessKey: secrets[secretAccessKeySecret]?.value ?? '',
});
