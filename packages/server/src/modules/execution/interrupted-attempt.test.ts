import { describe, expect, it } from 'vitest';
import type { Lease } from '../../record/leases/leases.ts';
import { perform, fails, type Script, type Given } from '../../../testing/scripted-step.ts';

describe('an attempt', () => {
  it('that lost its lease before it called the platform did nothing', async () => {
    const assertHeld = (): never => {
      throw new DOMException('The lease on this step was lost.', 'AbortError');
    };
    const { result, calls } = await perform({}, { lease: { assertHeld } });
    expect(result).toMatchObject({ kind: 'RETRIABLE', isEffectUnknown: false });
    expect(calls).toBe('');
  });

  const aborted = fails('EXECUTION_TIMEOUT', 'UNKNOWN');
  it.each<[title: string, script: Script, given: Given, kind: string, code: string]>([
    ['and may have acted', { idempotency: 'NATIVE_KEY', apply: aborted }, {}, 'UNKNOWN', 'EXECUTION_TIMEOUT'],
    [
      'and cannot be read back',
      { idempotency: 'LOOKUP', verify: aborted },
      {},
      'UNKNOWN',
      'EXECUTION_TIMEOUT',
    ],
    [
      'and could not look for its mark',
      { idempotency: 'LOOKUP', reconcile: aborted },
      { earlier: 'INTENDED' },
      'UNKNOWN',
      'EXECUTION_TIMEOUT',
    ],
    ['and only read', { category: 'READ', apply: aborted }, {}, 'FAILED', 'EXECUTION_TIMEOUT'],
    ['before it was sent', { apply: fails('EXECUTION_TIMEOUT', 'NONE') }, {}, 'FAILED', 'EXECUTION_TIMEOUT'],
    [
      'and failed for good by itself',
      { apply: fails('RESOURCE_NOT_FOUND', 'NONE') },
      {},
      'FAILED',
      'RESOURCE_NOT_FOUND',
    ],
    [
      'and met another target',
      { apply: fails('PRECONDITION_FAILED', 'NONE') },
      {},
      'DRIFTED',
      'PRECONDITION_FAILED',
    ],
  ])('whose task ran out of time %s is not tried again', async (_title, script, given, kind, code) => {
    const { result } = await perform(script, { ...given, lease: { isOverdue: true } });
    expect(result).toMatchObject({ kind, failure: { code } });
  });

  describe('whose process stops', () => {
    const stopped = { signal: AbortSignal.abort() };
    it.each<[string, Partial<Lease>, string]>([
      ['before it called the platform', stopped, 'HELD'],
      ['because the time of its task is over', { ...stopped, isOverdue: true }, 'FAILED'],
    ])('%s', async (_title, lease, kind) => {
      const { result, calls } = await perform({}, { lease });
      expect({ kind: result.kind, calls }).toEqual({ kind, calls: '' });
    });

    it.each<[string, () => never, string]>([
      ['before anything was sent', fails('EXECUTION_TIMEOUT', 'NONE'), 'HELD'],
      ['when something may have been sent', fails('EXECUTION_TIMEOUT', 'UNKNOWN'), 'UNKNOWN'],
      ['when it cannot be done anyway', fails('RESOURCE_NOT_FOUND', 'NONE'), 'FAILED'],
    ])('in the middle of the call, %s', async (_title, fail, kind) => {
      const stop = new AbortController();
      const apply = (): never => {
        stop.abort();
        return fail();
      };
      expect((await perform({ apply }, { lease: { signal: stop.signal } })).result.kind).toBe(kind);
    });
  });

  it('whose task ran out of time after it had succeeded has succeeded', async () => {
    expect((await perform({}, { lease: { isOverdue: true } })).result.kind).toBe('SUCCEEDED');
  });
});
