import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { habitsOf } from '../../domain/habits.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import type { DecoyReads } from '../../record/decoy-store.ts';
import { optional } from '../inputs.ts';
import { defineQuery } from '../operation.ts';

/** Of a tenant, the newest. */
const mostDecisions = 10_000;
const longestDays = 90;
const usualDays = 30;

export const createHabitQueries = (
  approvals: Pick<ApprovalStore, 'findMade'>,
  decoys: Pick<DecoyReads, 'findDecided'>,
) => ({
  approverHabits: defineQuery({
    name: 'approverHabits',
    description: `How people decide: how long they take, and signs that they do not look, from the record of the last days and its newest ${mostDecisions} decisions, and what they made of decoys. Asks for an administrator.`,
    right: 'ADMINISTER',
    input: z.strictObject({
      days: optional(z.int().min(1).max(longestDays)).describe(
        `How many days back: 1 to ${longestDays}, ${usualDays} by default.`,
      ),
    }),
    view: async ({ viewer }, { days = usualDays }) =>
      accepted(
        habitsOf(
          ...(await Promise.all([
            approvals.findMade(viewer.tenantId, days, mostDecisions),
            decoys.findDecided(viewer.tenantId, days, mostDecisions),
          ])),
        ),
      ),
  }),
});

export type HabitQueries = ReturnType<typeof createHabitQueries>;
