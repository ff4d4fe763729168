import * as fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anyPolicyInput } from '../../../testing/policy-arbitraries.ts';
import { decide } from '../../domain/decision.ts';
import type { RecordedDecision } from '../../record/decision-store.ts';
import { factsOf } from './decision-facts-of.ts';
import { createPolicyEngine } from './policy-engine.ts';
import type { PolicyInput } from './policy-input.ts';
import { replayDecision } from './replay-decision.ts';

const bundleDir = join(import.meta.dirname, '../../../../../policies/bundle');
const engine = await createPolicyEngine({ bundleDir, timeoutMs: 1_000 });
const context = { stop: null, autonomy: null, grant: null, quality: null };

/** As it comes back from the database: through JSON, its keys in another order. */
const stored = <Value>(value: Value): Value =>
  JSON.parse(JSON.stringify(value), (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toReversed())
      : each,
  ) as Value;

const record = async (input: PolicyInput): Promise<RecordedDecision> => {
  const { inputHash, bundleHash, ...answer } = await engine.evaluate(input);
  const { outcome, reasons, holds = [] } = decide({ ...context, ...factsOf(input, answer) });
  return stored({
    id: 'decision',
    tenantId: 'tenant',
    taskId: 'task',
    revision: 1,
    planHash: 'plan',
    outcome,
    reasons,
    bundleHash,
    input,
    inputHash,
    context,
    holds,
    decidedAt: new Date(0),
  });
};

describe('a recorded decision', () => {
  it('comes out the same to the byte when it is made once more, whatever it was about', async () => {
    const property = fc.asyncProperty(anyPolicyInput, async (input) => {
      const { result, differences } = await replayDecision(await record(input), engine.rulesOf);
      expect([result, differences]).toEqual(['SAME', []]);
    });
    await fc.assert(property, { numRuns: 80 });
  }, 30_000);

  it('is told from one whose outcome, reasons or input somebody has changed', async () => {
    const property = fc.asyncProperty(anyPolicyInput, async (input) => {
      const recorded = await record(input);
      const [first] = recorded.reasons;
      const outcome = recorded.outcome === 'ALLOW' ? ('DENY' as const) : ('ALLOW' as const);
      for (const altered of [
        { ...recorded, outcome },
        { ...recorded, reasons: recorded.reasons.slice(1) },
        { ...recorded, reasons: [{ ...first, message: 'Never mind.' }] as RecordedDecision['reasons'] },
        { ...recorded, input: { ...recorded.input, tenantId: 'another' } },
      ])
        expect((await replayDecision(altered, engine.rulesOf)).result).toBe('DIFFERENT');
    });
    await fc.assert(property, { numRuns: 50 });
  });

  it('is not judged by other rules than those that made it', async () => {
    const [input] = fc.sample(anyPolicyInput, 1);
    if (!input) throw new Error('no input');
    const { result, differences } = await replayDecision(
      { ...(await record(input)), bundleHash: '0'.repeat(64) },
      engine.rulesOf,
    );
    expect([result, differences]).toEqual(['RULES_MISSING', ['The rules 000000000000 are not kept here.']]);
  });
});
