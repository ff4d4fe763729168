import { describe, expect, it } from 'vitest';
import { DatabaseUnreachableError } from '../../infra/database-errors.ts';
import { perform, notFound, type Script } from '../../../testing/scripted-step.ts';

describe('an attempt that looks first', () => {
  const script: Script = { idempotency: 'LOOKUP', reconcile: notFound };
  const lost = { earlier: 'INTENDED', attempt: 2, looks: 1 } as const;

  it('says so before it calls', async () => {
    expect((await perform(script, lost)).calls).toBe('reconcile kept apply verify');
    expect((await perform(script, { ...lost, looks: 0 })).calls).toBe('reconcile apply verify');
  });

  it('calls nothing where the step is not its any more', async () => {
    const { result, calls } = await perform(script, { ...lost, keepCalled: async () => false });
    expect([result.kind, calls]).toEqual(['FAILED', 'reconcile kept reconcile']);
  });

  it.each(['looks first', 'stands on earlier steps'])(
    'that %s waits for a database that is away for a moment, and costs no attempt',
    async (title) => {
      let outages = 2;
      const keep = async (): Promise<boolean> => {
        if (outages-- > 0) throw new DatabaseUnreachableError('It is shutting down.');
        return true;
      };
      const { result, calls } = await (title === 'looks first'
        ? perform(script, { ...lost, keepCalled: keep })
        : perform({}, { isAfter: true, keepFooting: keep }));
      expect([result.kind, calls]).toEqual([
        'SUCCEEDED',
        title === 'looks first' ? 'reconcile kept kept kept apply verify' : 'apply-now verify',
      ]);
    },
  );

  it('does not wait for the database once the step may be another one’s', async () => {
    let held = 2;
    const { result, calls } = await perform(script, {
      ...lost,
      keepCalled: () => Promise.reject(new DatabaseUnreachableError('It is shutting down.')),
      lease: {
        assertHeld: () => {
          if (held-- <= 0) throw new Error('The lease on this step was lost.');
        },
      },
    });
    expect([result.kind, calls]).toEqual(['RETRIABLE', 'reconcile kept kept']);
  });
});
