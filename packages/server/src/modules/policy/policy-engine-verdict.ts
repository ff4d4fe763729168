import { risks, stepUpTerms } from '@countersign/shared';
import { z } from 'zod';
import type { PolicyAnswer } from '../../domain/decision.ts';
import { defaultStartWithinMs, faultLines, type PolicyData } from './policy-engine-settings.ts';

const finding = z.strictObject({
  rule: z.string().min(1),
  message: z.string().min(1),
  facts: z.record(z.string(), z.json()).exactOptional(),
  isGrantable: z.boolean().exactOptional(),
});
const points = z.number().min(0).max(100);
const findings = z.array(finding);
const holds = z.array(finding.extend({ until: z.iso.datetime({ offset: true }).nullable() }));

const stage = z.strictObject({
  name: z.string(),
  needs: z
    .array(z.strictObject({ group: z.string().nullable(), required: z.int().min(1) }))
    .min(1)
    .max(4),
});

const verdictSchema = z.strictObject({
  deny: findings,
  hard: findings,
  require: findings,
  hold: holds.exactOptional(),
  autonomyLevel: z.int().min(0).max(risks.length),
  approval: z.strictObject({
    required: z.int().min(1),
    stages: z.array(stage).default([]),
    vetoGroups: z.array(z.string()).default([]),
    mayEditorApprove: z.boolean().default(false),
    rememberRejectionMs: z.int().min(0).default(0),
    expiresInMs: z.int().min(1),
    undoWindowMs: z.int().min(0),
    startWithinMs: z.int().min(0).default(defaultStartWithinMs),
    remindAfterMs: z.array(z.int().min(1)).max(5).default([]),
    escalation: z
      .strictObject({ afterMs: z.int().min(1), group: z.string().min(1) })
      .nullable()
      .default(null),
    stepUp: z.enum(stepUpTerms).exactOptional(),
  }),
  quality: z.strictObject({ unattended: points, least: points }).exactOptional(),
});

/** Rules that say, with every answer, which they were. */
export interface Rules {
  /** As they were last seen. */
  bundleHash(): string;
  /** What they were given as data. */
  settings(): PolicyData['settings'];
  evaluate(inputText: string): Promise<{ readonly answer: PolicyAnswer; readonly bundleHash: string }>;
}

/** About this very plan, whenever one asks. */
export const lastingFault = (message: string): PolicyAnswer => ({ kind: 'fault', message, isLasting: true });

export const fault = (message: string): PolicyAnswer => ({ kind: 'fault', message });

/** The document that the rules gave, or a fault where they gave none or one of another shape. */
export const readVerdict = (document: unknown): PolicyAnswer => {
  if (document === undefined) return fault('The rules gave no answer for this plan.');
  const parsed = verdictSchema.safeParse(document);
  return parsed.success
    ? { kind: 'verdict', verdict: parsed.data }
    : fault(`The rules gave an answer of an unknown shape (${faultLines(parsed.error).join('; ')}).`);
};
