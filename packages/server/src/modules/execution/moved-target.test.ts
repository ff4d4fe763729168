import { describe, expect, it } from 'vitest';
import type { Json } from '../../domain/json.ts';
import type { FileDiff } from '../../domain/diff.ts';
import { ExecutorError, type Reconciliation } from '../../platforms/index.ts';
import { perform, fails, found, notFound, unclear, type Script } from '../../../testing/scripted-step.ts';

describe('an attempt on a target that moved since the plan', () => {
  const onlyNow = (_logger: unknown, precondition: Json): Json => {
    if (precondition !== 'now')
      throw new ExecutorError('PRECONDITION_FAILED', 'It moved.', { effect: 'NONE' });
    return 'done';
  };
  const binary: FileDiff = {
    type: 'FILE',
    path: 'a',
    change: 'UPDATE',
    additions: 0,
    deletions: 0,
    hunks: [],
    isBinary: true,
    isTruncated: false,
  };

  it.each<[string, () => never, string]>([
    ['cannot be looked at now', fails('NETWORK_ERROR', 'NONE'), 'RETRIABLE'],
    ['cannot be looked at at all', fails('RESOURCE_NOT_FOUND', 'NONE'), 'DRIFTED'],
  ])('that %s', async (_title, look, kind) => {
    const { result, calls } = await perform({ apply: onlyNow, showsWholeEffect: true, look });
    expect({ kind: result.kind, calls }).toEqual({ kind, calls: 'apply' });
  });

  it('whose worker stops while it looks, waits for another', async () => {
    const stop = new AbortController();
    const look = (): never => {
      stop.abort();
      return fails('NETWORK_ERROR', 'NONE')();
    };
    const lease = { signal: stop.signal };
    const { result } = await perform({ apply: onlyNow, showsWholeEffect: true, look }, { lease });
    expect(result).toMatchObject({ kind: 'HELD', isEffectUnknown: false });
  });

  it('makes the effect that people were shown, and says on what', async () => {
    const { result, calls } = await perform({ apply: onlyNow, showsWholeEffect: true });
    expect(result).toEqual({ kind: 'SUCCEEDED', output: 'done', madeOn: 'now' });
    expect(calls).toBe('apply apply-now verify');
  });

  it.each([
    ['would have another effect there', { now: { summary: 'Do more' } }],
    ['has a finding there', { now: { findings: [{ severity: 'LOW' as const, message: 'Look' }] } }],
    ['shows only part of its effect', { showsWholeEffect: false }],
    ['shows no text of what it changes', { now: { diffs: [binary] } }],
  ])('is planned again where the action %s', async (_title, script) => {
    const { result, calls } = await perform({ apply: onlyNow, showsWholeEffect: true, ...script });
    expect(result.kind).toBe('DRIFTED');
    expect(calls).toBe('apply');
  });

  it('is not chased for ever', async () => {
    const apply = fails('PRECONDITION_FAILED', 'NONE');
    const { result, calls } = await perform({ apply, showsWholeEffect: true });
    expect(result.kind).toBe('DRIFTED');
    expect(calls.split(' ')).toHaveLength(51);
  });

  const landsLate = (...looks: readonly (() => Reconciliation<Json>)[]) => {
    const left = [...looks];
    return { idempotency: 'CONDITIONAL' as const, reconcile: () => (left.shift() ?? notFound)() };
  };
  it.each<[string, Script, ExecutorError['code'], string, string]>([
    ['is done', landsLate(notFound, found), 'PRECONDITION_FAILED', 'SUCCEEDED', ' verify'],
    [
      'is done, where the platform says no',
      landsLate(notFound, found),
      'PLATFORM_CONFLICT',
      'SUCCEEDED',
      ' verify',
    ],
    ['is planned again', landsLate(notFound, notFound), 'PRECONDITION_FAILED', 'DRIFTED', ''],
    ['is for a person', landsLate(notFound, unclear), 'PRECONDITION_FAILED', 'UNKNOWN', ''],
    [
      'is in doubt',
      landsLate(notFound, fails('SERVICE_DOWN', 'NONE')),
      'PRECONDITION_FAILED',
      'RETRIABLE',
      '',
    ],
  ])(
    'by what an earlier attempt asked for, it is looked for once more: %s',
    async (_title, script, code, kind, end) => {
      const apply = fails(code, 'NONE');
      // It may be just that which moved the target: nothing is made on it as it is now.
      const { result, calls } = await perform(
        { ...script, apply, showsWholeEffect: true },
        { earlier: 'UNKNOWN' },
      );
      expect({ kind: result.kind, calls }).toEqual({ kind, calls: `reconcile apply reconcile${end}` });
      if (result.kind === 'RETRIABLE') expect(result.isEffectUnknown).toBe(true);
    },
  );

  it('asks a person as before where the platform may have acted', async () => {
    const apply = fails('PRECONDITION_FAILED', 'UNKNOWN');
    const { result, calls } = await perform({ apply, showsWholeEffect: true });
    expect(result.kind).toBe('UNKNOWN');
    expect(calls).toBe('apply');
  });
});
