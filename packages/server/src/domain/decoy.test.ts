import { expect, it } from 'vitest';
import { decoyPairs, type DecoyModel } from './decoy.ts';

const model = (goal: string, kind: string): DecoyModel => ({
  taskId: goal,
  goal,
  justification: null,
  priority: 'NORMAL',
  source: null,
  tags: [],
  timeoutMs: null,
  retry: { maxRetries: 0 } as DecoyModel['retry'],
  requiresApproval: false,
  submittedById: 'agent',
  handIds: [],
  actions: [],
  actionTypes: [kind],
  targets: [kind],
});

it.each<[goal: string, isTaken: boolean]>([
  ['Tell the deploys of the week', true],
  ['', false],
  ['   ', false],
  ['.........................', false],
  ['\u200b'.repeat(20), false],
  ['Do it', false],
])('a goal is taken where it says something: %j', (goal, isTaken) => {
  const asked = [model(goal, 'slack.message.post'), model('', 'repo.commit')];
  const pairs = decoyPairs(asked, () => 0.5, 9);
  expect(pairs.map(({ goalOf }) => goalOf.goal)).toEqual(isTaken ? [goal] : []);
});
