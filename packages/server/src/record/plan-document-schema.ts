import {
  environments,
  gateReactions,
  principalTypes,
  risks,
  sourceKinds,
  sourceTrusts,
  taskModes,
} from '@countersign/shared';
import { z } from 'zod';
import type { PlanDocument } from '../domain/plan.ts';

const anyJson = z.unknown();

const documentStep = z.strictObject({
  name: z.string(),
  ordinal: z.int(),
  phase: z.int(),
  action: z.string(),
  platform: z.string(),
  params: z.record(z.string(), anyJson),
  dependsOn: z.array(z.string()),
  targets: z.array(z.strictObject({ kind: z.string(), name: z.string() })),
  precondition: anyJson,
  claims: z.array(z.string()).optional(),
  timeMs: z.number(),
  shown: z.string(),
  kind: z.literal('GATE').optional(),
  expect: z.record(z.string(), anyJson).optional(),
  undo: z.literal('COMPENSATE').optional(),
  fallbackFor: z.string().optional(),
  after: z.array(z.string()).optional(),
  takes: z
    .array(
      z.strictObject({
        from: z.string(),
        pointer: z.string(),
        path: z.array(z.union([z.string(), z.int()])),
      }),
    )
    .optional(),
});

const planPhase = z.strictObject({
  number: z.int(),
  name: z.string(),
  soakMs: z.number(),
  errorBudget: z.int(),
  onFail: z.enum(gateReactions),
});

const planDocument = z.strictObject({
  format: z.literal('countersign.plan/1'),
  tenantId: z.string(),
  taskId: z.string(),
  revision: z.int(),
  requester: z.strictObject({ id: z.string(), type: z.enum(principalTypes) }),
  environment: z.enum(environments),
  claimed: z.enum(environments).optional(),
  mode: z.enum(taskModes),
  risk: z.enum(risks),
  policyBundle: z.string(),
  retry: z.strictObject({
    maxRetries: z.number(),
    initialDelayMs: z.number(),
    backoffMultiplier: z.number(),
    maxDelayMs: z.number(),
  }),
  timeoutMs: z.number().nullable(),
  shown: z.string(),
  steps: z.array(documentStep),
  transactional: z.literal(true).optional(),
  sources: z
    .array(
      z.strictObject({
        kind: z.enum(sourceKinds),
        reference: z.string(),
        trust: z.enum(sourceTrusts),
        via: z.string().nullable(),
      }),
    )
    .optional(),
  phases: z.array(planPhase).optional(),
});

/** Whether parsed JSON has the shape of a plan document, so that whoever reads on meets no surprise. */
export const isPlanDocument = (value: unknown): value is PlanDocument =>
  planDocument.safeParse(value).success;
