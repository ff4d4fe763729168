import { describe, expect, it } from 'vitest';
import { drain, newWorld, order, perform, type AnyPlan, type RunWorld } from '../../testing/run-world.ts';
import type { Step } from './run.ts';

const undoable = (...needs: number[]) => ({ needs, kind: 'UNDOABLE', hasFallback: false }) as const;
const aWorld = (...steps: AnyPlan['steps']): RunWorld =>
  newWorld({ steps, isTransactional: false, onFail: 'PAUSE', errorBudget: 0, maxRetries: 0 });
const stepOf = ({ steps }: RunWorld, wanted: string): Step => {
  const step = steps.find(({ name }) => name === wanted);
  if (!step) throw new Error(`There is no step ${wanted}.`);
  return step;
};
const statesOf = ({ steps }: RunWorld) => Object.fromEntries(steps.map(({ name, state }) => [name, state]));

describe('what people order of a run', () => {
  it('is done where a gate holds it up once somebody knows what was unknown', () => {
    const world = aWorld(undoable(), { needs: [0], kind: 'GATE', hasFallback: false }, undoable());
    const saysNo = 2;
    for (const [what, pick] of [
      ['CLAIM', 0],
      ['OK', 0],
      ['CLAIM', 1],
      ['CLAIM', 0],
      ['OK', saysNo],
      ['UNKNOWN', 0],
    ] as const)
      perform(world, { what, pick });
    expect(world).toMatchObject({ status: 'NEEDS_ATTENTION', run: { status: 'NEEDS_ATTENTION' } });
    expect(order(world, 'RESOLVE', stepOf(world, 's2'))).toBeNull();
    expect(world).toMatchObject({ status: 'PAUSED', run: { pause: { cause: 'GATE' } } });
    expect(order(world, 'RESUME')).toBeNull();
    expect(world.status).toBe('SUCCEEDED');
  });

  it('is done where a gate holds up a run that failed by another step', () => {
    const world = aWorld(undoable(), { needs: [0], kind: 'GATE', hasFallback: false }, undoable());
    for (const [what, pick] of [
      ['CLAIM', 0],
      ['OK', 0],
      ['CLAIM', 1],
      ['CLAIM', 0],
      ['OK', 2],
      ['FAIL', 0],
    ] as const)
      perform(world, { what, pick });
    expect(world.status).toBe('FAILED');
    expect(order(world, 'RETRY', stepOf(world, 's2'))).toBeNull();
    expect(world).toMatchObject({ status: 'PAUSED', run: { pause: { cause: 'GATE' } } });
    expect(order(world, 'RESUME')).toBeNull();
    drain(world);
    expect(world.status).toBe('SUCCEEDED');
  });

  it('tries several failed steps of one run anew together', () => {
    const world = aWorld(undoable(), undoable(), undoable(0, 1));
    for (const what of ['CLAIM', 'CLAIM', 'FAIL', 'FAIL'] as const) perform(world, { what, pick: 0 });
    expect(statesOf(world)).toEqual({ s0: 'FAILED', s1: 'FAILED', s2: 'CANCELLED' });
    expect(order(world, 'RETRY', stepOf(world, 's0'))).toBeNull();
    expect(order(world, 'RETRY', stepOf(world, 's1'))).toBeNull();
    drain(world);
    expect(world.status).toBe('SUCCEEDED');
  });

  it('undoes what a person said did not happen, and was done when it was tried anew', () => {
    const world = aWorld(undoable(), undoable(0));
    const notMade = 1;
    perform(world, { what: 'CLAIM', pick: 0 });
    perform(world, { what: 'UNKNOWN', pick: notMade });
    expect(order(world, 'RESOLVE', stepOf(world, 's0'))).toBeNull();
    expect(stepOf(world, 's0')).toMatchObject({ state: 'FAILED', resolution: { outcome: 'DID_NOT_HAPPEN' } });
    expect(order(world, 'RETRY', stepOf(world, 's0'))).toBeNull();
    perform(world, { what: 'CLAIM', pick: 0 });
    perform(world, { what: 'OK', pick: 0 });
    expect(stepOf(world, 's0')).toMatchObject({ state: 'SUCCEEDED', resolution: null });
    expect(order(world, 'ROLLBACK')).toBeNull();
    drain(world);
    expect(statesOf(world)).toMatchObject({ s0: 'UNDONE', 'undo:s0': 'SUCCEEDED' });
    expect([world.status, ...world.done]).toEqual(['ROLLED_BACK']);
  });

  it('finds a run begun that was tried anew after it could not begin', () => {
    const world = aWorld(undoable(), undoable(0));
    perform(world, { what: 'REFUSE', pick: 0 });
    expect(world).toMatchObject({ status: 'FAILED', run: { startedAt: null } });
    expect(order(world, 'RETRY', stepOf(world, 's0'))).toBeNull();
    expect(world).toMatchObject({ status: 'QUEUED', run: { status: 'QUEUED' } });
    perform(world, { what: 'CLAIM', pick: 0 });
    perform(world, { what: 'OK', pick: 0 });
    expect(order(world, 'ROLLBACK')).toBeNull();
    drain(world);
    expect(world.status).toBe('ROLLED_BACK');
  });

  it('cancels nothing that was done whole, whatever stood by in its place', () => {
    const world = aWorld({ ...undoable(), hasFallback: true });
    perform(world, { what: 'CLAIM', pick: 0 });
    expect(order(world, 'CANCEL')).toBeNull();
    perform(world, { what: 'OK', pick: 0 });
    expect(statesOf(world)).toEqual({ s0: 'SUCCEEDED', 'fallback:s0': 'CANCELLED' });
    expect(world.status).toBe('SUCCEEDED');
  });
});
