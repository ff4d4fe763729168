import { expect, test } from 'vitest';
import { readyOf } from './deployment-status.ts';

const of = (generation: number, observedGeneration: number, pods: readonly [number, number, number]) => {
  const [replicas, updatedReplicas, readyReplicas] = pods;
  return readyOf({ generation, status: { observedGeneration, replicas, updatedReplicas, readyReplicas } });
};

test.each<[string, number, number, [number, number, number], number]>([
  ['all of them', 2, 2, [3, 3, 3], 3],
  ['none, while no controller has seen what is asked for', 3, 2, [3, 3, 3], 0],
  ['none, while one new replica crashes and the old ones serve', 2, 2, [4, 1, 3], 0],
  ['one new one, while the old ones serve', 2, 2, [4, 1, 4], 1],
  ['none, where old ones are not ready either', 2, 2, [4, 1, 1], 0],
  ['some', 2, 2, [3, 3, 2], 2],
  ['none, where it is scaled to zero', 2, 2, [0, 0, 0], 0],
])('counts %s', (_what, generation, observed, pods, ready) => {
  expect(of(generation, observed, pods)).toBe(ready);
});
