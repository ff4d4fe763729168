import { resolve } from 'node:path';
import { environments } from '@countersign/shared';
import { z } from 'zod';
import type { IntentFolders } from '../doors/intents/intent-folders.ts';
import type { IntentAction } from '../doors/intents/intent-submission.ts';

/** What becomes of files in the hand-off directory: the part of `config.json` about it. */

const name = z.string().min(1).max(100);
const intentAction = z.union([
  z
    .string()
    .min(1)
    .max(128)
    .transform((type): IntentAction => ({ type })),
  z.strictObject({
    type: z.string().min(1).max(128),
    params: z.record(z.string(), z.json()).optional(),
    fields: z.record(z.string(), z.string()).optional(),
  }),
]);

const folder = z.string().min(1).optional();

export const intentSettings = {
  intents: z
    .strictObject({
      enabled: z.boolean().optional(),
      handoff: folder,
      status: folder,
      processed: folder,
      failed: folder,
      /** What an intent becomes, by its `intent_type`. */
      actions: z.record(name, intentAction).default({ scaling: { type: 'scaling.apply' } }),
      /** The service that submits. */
      principal: name.default('intent-files'),
      /** By name; the first one where left out. */
      tenant: name.optional(),
      environment: z.enum(environments).default('DEVELOPMENT'),
      workers: z.int().min(1).max(64).default(4),
      debounceMs: z.int().min(10).max(60_000).default(500),
      retryDelayMs: z.int().min(10).max(3_600_000).default(30_000),
      cleanupAfterMs: z
        .int()
        .min(1_000)
        .default(168 * 3_600_000),
    })
    .prefault({}),
};

type Given = z.output<(typeof intentSettings)['intents']>;

export interface IntentSettings extends Pick<
  Given,
  'actions' | 'principal' | 'environment' | 'workers' | 'debounceMs' | 'retryDelayMs' | 'cleanupAfterMs'
> {
  readonly folders: IntentFolders;
  readonly tenant: string | null;
}

/** Null where no files are taken: unless it is said, they are on the embedded default and where a directory is named. */
export const intentsOf = (given: Given, home: string, isEmbedded: boolean): IntentSettings | null => {
  const { enabled, handoff, status, processed, failed, tenant, ...rest } = given;
  if (!(enabled ?? (handoff !== undefined || isEmbedded))) return null;
  return {
    ...rest,
    tenant: tenant ?? null,
    folders: {
      handoff: resolve(home, handoff ?? 'handoff'),
      status: resolve(home, status ?? 'status'),
      processed: resolve(home, processed ?? 'processed'),
      failed: resolve(home, failed ?? 'failed'),
    },
  };
};
