import { breakerStates, healthStatuses, processRoles, type ProcessRole } from '@countersign/shared';
import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { ExecutorHealth } from '../../platforms/index.ts';
import type { KeptReport } from '../../record/process-report-store.ts';
import type { HealthCheck } from './health-checks.ts';

/** What one process says of itself, and of the platforms as its calls saw them. */
export interface ProcessReport {
  /** As it signs the steps that it runs; no other process has or had it. */
  readonly name: string;
  readonly role: ProcessRole;
  readonly version: string;
  /** By the database's clock, as `reportedAt`. */
  readonly startedAt: Date;
  readonly reportedAt: Date;
  readonly checks: readonly HealthCheck[];
  readonly executors: readonly ExecutorHealth[];
  /** The name of the key that it encrypts payload with; null where it does not. */
  readonly encryptsWith: string | null;
}

const date = z.iso.datetime().transform((text) => new Date(text));
const count = z.number().int().nonnegative();
const check = z.object({
  name: z.string(),
  isVital: z.boolean(),
  status: z.enum(healthStatuses),
  message: z.string().nullable(),
});
const executor = z.object({
  platform: z.string(),
  status: z.enum(healthStatuses),
  circuitBreaker: z.object({
    state: z.enum(breakerStates),
    failureCount: count,
    opensAt: count,
    nextProbeAt: date.nullable(),
  }),
  rateLimit: z.object({ current: count, limit: count, resetAt: date }),
  lastSuccessAt: date.nullable(),
  lastFailureAt: date.nullable(),
  recentCalls: count,
  averageResponseMs: count.nullable(),
  p50ResponseMs: count.nullable(),
  p95ResponseMs: count.nullable(),
  actionTypes: z.array(z.string()),
});
const words = z.object({
  checks: z.array(check),
  executors: z.array(executor),
  encryptsWith: z.string().nullable().default(null),
});

/** Not understood is not well: a process that speaks otherwise is named, and said not to be understood. */
const notUnderstood: HealthCheck = {
  name: 'report',
  isVital: false,
  status: 'DEGRADED',
  message: 'It runs another version, whose report this one does not understand.',
};

export const readReport = ({ role, report, ...process }: KeptReport): ProcessReport => {
  const read = words.safeParse(report);
  const known = processRoles.find((name) => name === role) ?? 'API';
  return {
    ...process,
    role: known,
    ...(read.success ? read.data : { checks: [notUnderstood], executors: [], encryptsWith: null }),
  };
};

/** As `readReport` reads it again. */
export const keptWords = ({ checks, executors, encryptsWith }: ProcessReport): JsonObject =>
  JSON.parse(JSON.stringify({ checks, executors, encryptsWith })) as JsonObject;
