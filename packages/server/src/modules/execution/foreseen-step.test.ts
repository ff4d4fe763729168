import { describe, expect, it } from 'vitest';
import type { Json } from '../../domain/json.ts';
import type { Footing } from '../../domain/run.ts';
import type { Reconciliation } from '../../platforms/index.ts';
import {
  perform,
  found,
  notFound,
  unclear,
  type Script,
  type Given,
} from '../../../testing/scripted-step.ts';

describe('a step upon what an earlier one leaves', () => {
  it('runs on what was left, kept before it is called', async () => {
    const kept: Footing[] = [];
    const { result, calls } = await perform(
      {},
      {
        isAfter: true,
        keepFooting: async (_step, footing) => {
          kept.push(footing);
          return true;
        },
      },
    );
    expect(kept).toEqual([{ precondition: 'now' }]);
    expect(result).toMatchObject({ kind: 'SUCCEEDED', madeOn: 'now' });
    expect(calls).toBe('apply-now verify');
  });

  it('is not called where others have changed what people would be shown', async () => {
    const { result, calls } = await perform({ now: { summary: 'Do something else' } }, { isAfter: true });
    expect(result).toMatchObject({
      kind: 'DRIFTED',
      failure: { message: expect.stringContaining('before') },
    });
    expect(calls).toBe('');
  });

  it('is not called where what is not shown is not as it was foreseen', async () => {
    const { result, calls } = await perform({ isAsForeseen: () => false }, { isAfter: true });
    expect(result.kind).toBe('DRIFTED');
    expect(calls).toBe('');
  });

  it('is not called where it is no longer this attempt that has the step', async () => {
    const { result, calls } = await perform({}, { isAfter: true, keepFooting: async () => false });
    expect(result.kind).toBe('FAILED');
    expect(calls).toBe('');
  });

  it('is looked for on what it ran on, where an attempt may have made it', async () => {
    const found = (): Reconciliation<Json> => ({ kind: 'FOUND', output: 'found' });
    const script: Script = { idempotency: 'LOOKUP', reconcile: found };
    const standsOn = { precondition: 'now' };
    const known = await perform(script, { isAfter: true, earlier: 'UNKNOWN', standsOn });
    expect(known.calls).toBe('reconcile verify');
    // Nothing was kept, so nothing was called.
    const fresh = await perform(script, { isAfter: true, earlier: 'UNKNOWN' });
    expect(fresh.calls).toBe('apply-now verify');
  });

  it('is looked for where a restore lost what an attempt kept, and is not said to have done nothing', async () => {
    const lost: Given = { isAfter: true, earlier: 'UNKNOWN', isOfLostPast: true };
    const marked = await perform({ idempotency: 'LOOKUP', reconcile: found }, lost);
    expect([marked.result.kind, marked.calls]).toEqual(['SUCCEEDED', 'reconcile verify']);
    const moved: Script = { idempotency: 'NATIVE_KEY', now: { summary: 'Do something else' } };
    const keyed = await perform(moved, { ...lost, attempt: 1 });
    expect([keyed.result, keyed.calls]).toMatchObject([{ kind: 'RETRIABLE', isEffectUnknown: true }, '']);
  });

  it('is not made where a restore may have lost that its fallback was', async () => {
    const lost: Given = { earlier: 'UNKNOWN', isOfLostPast: true, mayBeReplaced: true };
    const marked = await perform({ idempotency: 'LOOKUP', reconcile: found }, lost);
    expect([marked.result.kind, marked.calls]).toEqual(['SUCCEEDED', 'reconcile verify']);
    for (const script of [
      { reconcile: notFound, idempotency: 'LOOKUP' },
      { idempotency: 'CONDITIONAL' },
      { idempotency: 'NATIVE_KEY' },
    ] as const) {
      const { result, calls } = await perform(script, lost);
      expect([result.kind, calls]).toEqual(['UNKNOWN', 'reconcile' in script ? 'reconcile' : '']);
    }
  });

  it.each<[title: string, script: Script, kind: string, calls: string]>([
    ['is found', { idempotency: 'LOOKUP', reconcile: found }, 'SUCCEEDED', 'reconcile verify'],
    ['did nothing', { idempotency: 'LOOKUP', reconcile: notFound }, 'FAILED', 'reconcile'],
    ['cannot be told', { idempotency: 'CONDITIONAL', reconcile: unclear }, 'UNKNOWN', 'reconcile'],
    ['leaves no mark', { idempotency: 'CONDITIONAL' }, 'UNKNOWN', ''],
  ])('is never made beyond the last attempt: what a lost worker began %s', async (_, script, kind, calls) => {
    const end = await perform(script, { earlier: 'INTENDED', attempt: 5, maxAttempts: 4 });
    expect([end.result.kind, end.calls]).toEqual([kind, calls]);
  });
});
