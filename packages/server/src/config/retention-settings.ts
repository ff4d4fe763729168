import { resolve } from 'node:path';
import { z } from 'zod';

const dayMs = 86_400_000;
const days = z.number().positive().max(36_500);

/** How long what is kept is kept, in days; null for ever. */
export const retentionSettings = {
  retention: z
    .strictObject({
      auditDays: days
        .nullable()
        .default(null)
        .describe(
          'Days that entries of the record stay in the database, before files of the archive have them; null for ever.',
        ),
      archiveFolder: z
        .string()
        .min(1)
        .optional()
        .describe('Folder of the archive of the record; `audit-archive` in the home where left out.'),
      sessionsDays: days
        .nullable()
        .default(30)
        .describe('Days that sessions are kept after their end; null for ever.'),
      linksDays: days
        .nullable()
        .default(30)
        .describe('Days that links for signing in and for deciding are kept after their end; null for ever.'),
      modelCallsDays: days
        .nullable()
        .default(400)
        .describe('Days that calls of language models are kept; null for ever.'),
      toolResultsDays: days
        .nullable()
        .default(400)
        .describe('Days that what tools gave is kept for tasks that have ended; null for ever.'),
      importsDays: days
        .nullable()
        .default(400)
        .describe('Days that imports are kept that nothing comes from any more; null for ever.'),
      toolUsesDays: days
        .nullable()
        .default(400)
        .describe("Days that counts of tools' calls are kept; null for ever."),
    })
    .prefault({})
    .describe('How long what is kept is kept.'),
};

/** Milliseconds; null for ever. */
export interface RetentionSettings {
  readonly archiveFolder: string;
  readonly auditMs: number | null;
  readonly sessionsMs: number | null;
  readonly linksMs: number | null;
  readonly modelCallsMs: number | null;
  readonly toolResultsMs: number | null;
  readonly importsMs: number | null;
  readonly toolUsesMs: number | null;
}

const msOf = (daysKept: number | null): number | null =>
  daysKept === null ? null : Math.round(daysKept * dayMs);

export const retentionOf = (
  { retention }: { readonly retention: z.output<typeof retentionSettings.retention> },
  home: string,
): RetentionSettings => ({
  archiveFolder: resolve(home, retention.archiveFolder ?? 'audit-archive'),
  auditMs: msOf(retention.auditDays),
  sessionsMs: msOf(retention.sessionsDays),
  linksMs: msOf(retention.linksDays),
  modelCallsMs: msOf(retention.modelCallsDays),
  toolResultsMs: msOf(retention.toolResultsDays),
  importsMs: msOf(retention.importsDays),
  toolUsesMs: msOf(retention.toolUsesDays),
});
