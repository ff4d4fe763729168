import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { Connections } from '../../infra/database.ts';
import { archiveTotals, lastArchive } from '../../record/archive-store.ts';
import { listHolds, type LegalHold } from '../../record/hold-store.ts';
import { readRuns } from '../../record/retention-run-store.ts';
import { retainedKinds } from '../../record/retention-store.ts';
import { defineQuery } from '../operation.ts';
import type { RetentionDependencies } from './retain-all.ts';

/** What is kept for how long, and what came of the last run for it. */
export interface RetentionRule {
  readonly kind: string;
  readonly keepMs: number | null;
  readonly lastRunAt: Date | null;
  readonly removed: number;
  readonly dueSince: Date | null;
  readonly error: string | null;
}

export interface RetentionState {
  readonly rules: readonly RetentionRule[];
  readonly archives: number;
  readonly archivedEntries: number;
  readonly archivedBytes: number;
  readonly archivedTo: string | null;
  readonly archivedAt: Date | null;
  readonly holds: readonly LegalHold[];
}

const mostHolds = 200;

export const createRetentionQueries = ({
  database,
  keepMs,
}: {
  readonly database: { readonly reports: Connections };
  readonly keepMs: RetentionDependencies['keepMs'];
}) => ({
  retention: defineQuery({
    name: 'retention',
    description:
      'What is kept for how long, what came of the last run, what of the record of your tenant is in files, and what people hold: 200 holds at most, those that stand first.',
    input: z.strictObject({}),
    right: 'OPERATE',
    async view({ viewer: { tenantId } }) {
      const { reports } = database;
      const [runs, totals, last, holds] = await Promise.all([
        readRuns(reports),
        archiveTotals(reports, tenantId),
        lastArchive(reports, tenantId),
        listHolds(reports, tenantId, mostHolds),
      ]);
      const rules = (['AUDIT', ...retainedKinds] as const).map((kind): RetentionRule => {
        const run = runs.find((each) => each.kind === kind);
        return {
          kind,
          keepMs: keepMs[kind],
          lastRunAt: run?.at ?? null,
          removed: Number(run?.removed ?? 0n),
          dueSince: run?.dueSince ?? null,
          error: run?.error ?? null,
        };
      });
      const state: RetentionState = {
        rules,
        archives: totals.archives,
        archivedEntries: Number(totals.entries),
        archivedBytes: Number(totals.bytes),
        archivedTo: last ? String(last.toSeq) : null,
        archivedAt: last?.at ?? null,
        holds,
      };
      return accepted(state);
    },
  }),
});

export type RetentionQueries = ReturnType<typeof createRetentionQueries>;
