import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phasesOf, rolloutFaults, rolloutInWords, rolloutLimits, type RolloutRequest } from './rollout.ts';
import type { ActionRequest } from './task.ts';
import { stepsOf, workflowFaults } from './workflow.ts';

const rollout = (parts: Partial<RolloutRequest> = {}): RolloutRequest => ({
  canary: 1,
  batchPercent: 20,
  soakMs: 0,
  errorBudget: 0,
  ...parts,
});
const gate = {
  type: 'web.status',
  params: { cluster: 'a' },
  expect: { minimum: 1 },
  onFail: 'PAUSE',
} as const;
const action = (name: string, parts: Partial<ActionRequest> = {}): ActionRequest => ({
  name,
  type: 'web.deploy',
  params: {},
  dependsOn: [],
  ...parts,
});
const targets = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ host: `web-${index + 1}` }));
const overTargets = (
  name: string,
  count: number,
  parts: Partial<RolloutRequest> = {},
  more: Partial<ActionRequest> = {},
) => action(name, { targets: targets(count), rollout: rollout(parts), ...more });
const knowing = () => new Set(['host']);
const faultsOf = (...actions: ActionRequest[]) =>
  workflowFaults(actions, 'DEVELOPMENT').map(({ path, message }) => `${path}: ${message}`);

describe('the phases of a rollout', () => {
  it('are a canary and waves', () => {
    const phases = phasesOf(40, rollout());
    expect(phases.map(({ name, places }) => [name, places.length])).toEqual([
      ['Canary', 1],
      ['Wave 1', 8],
      ['Wave 2', 8],
      ['Wave 3', 8],
      ['Wave 4', 8],
      ['Wave 5', 7],
    ]);
    expect(rolloutInWords(phases.map(({ places }) => places.length))).toBe(
      'Canary 1, then 4 waves of 8 and one wave of 7',
    );
  });

  it('never let all gates of one fail', () => {
    const phases = phasesOf(40, rollout({ canary: 2, errorBudget: 3 }));
    expect(phases.map(({ errorBudget }) => errorBudget)).toEqual([1, 3, 3, 3, 3, 3]);
  });

  it('hold each target once, and in production no more than a fifth of them', () => {
    const wanted = fc.record({
      count: fc.integer({ min: 1, max: rolloutLimits.targets }),
      canary: fc.integer({ min: 1, max: rolloutLimits.targets }),
      batchPercent: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(wanted, ({ count, canary, batchPercent }) => {
        const given = rollout({ canary, batchPercent });
        const phases = phasesOf(count, given);
        expect(phases.flatMap(({ places }) => places)).toEqual(targets(count).map((_, index) => index));
        expect(phases[0]?.name).toBe('Canary');
        if (rolloutFaults(count, given, 'PRODUCTION', '').length > 0) return;
        const largest = Math.max(...phases.map(({ places }) => places.length));
        expect(largest === 1 || largest * 5 <= count).toBe(true);
      }),
    );
  });

  it('are refused where they are too large, each with its place', () => {
    const paths = (environment: 'PRODUCTION' | 'STAGING', parts: Partial<RolloutRequest>) =>
      rolloutFaults(500, rollout(parts), environment, 'actions[0]').map(({ path }) => path);
    expect(paths('PRODUCTION', { canary: 101, batchPercent: 21 })).toEqual([
      'actions[0].rollout.canary',
      'actions[0].rollout.batchPercent',
    ]);
    expect(paths('STAGING', { canary: 101, batchPercent: 21 })).toHaveLength(2);
    expect(paths('PRODUCTION', { canary: 100 })).toEqual([]);
  });
});

describe('the steps of a workflow', () => {
  it('wait for those whose output they take', () => {
    const text = { $from: 'create', pointer: '/id' };
    const { steps, phases } = stepsOf(
      [
        action('post', { params: { text, more: [text] }, dependsOn: ['other'] }),
        action('create'),
        action('other'),
      ],
      knowing,
    );
    expect(phases).toBeUndefined();
    expect(steps.map(({ name, dependsOn, phase }) => [name, dependsOn, phase])).toEqual([
      ['post', ['other', 'create'], 1],
      ['create', [], 1],
      ['other', [], 1],
    ]);
  });

  it('go phase by phase, each behind the gates of the one before', () => {
    const { steps, phases } = stepsOf(
      [
        action('before'),
        overTargets('deploy', 3, { gate, soakMs: 5 }, { params: { image: 'b' }, dependsOn: ['before'] }),
        action('after', { dependsOn: ['deploy'] }),
      ],
      knowing,
    );
    expect(steps.map(({ name, phase, dependsOn }) => [name, phase, dependsOn])).toEqual([
      ['before', 0, []],
      ['deploy[1]', 1, ['before']],
      ['deploy.gate[1]', 1, ['deploy[1]']],
      ['deploy[2]', 2, ['deploy.gate[1]']],
      ['deploy.gate[2]', 2, ['deploy[2]']],
      ['deploy[3]', 3, ['deploy.gate[2]']],
      ['deploy.gate[3]', 3, ['deploy[3]']],
      ['after', 0, ['deploy.gate[3]']],
    ]);
    expect(steps[1]).toMatchObject({
      params: { image: 'b', host: 'web-1' },
      paramsPath: 'actions[1].targets[0]',
    });
    expect(steps[2]).toMatchObject({
      kind: 'GATE',
      type: 'web.status',
      params: { cluster: 'a', host: 'web-1' },
      expect: { minimum: 1 },
    });
    expect(phases?.map(({ number, name, soakMs, onFail }) => [number, name, soakMs, onFail])).toEqual([
      [1, 'Canary', 5, 'PAUSE'],
      [2, 'Wave 1', 5, 'PAUSE'],
      [3, 'Wave 2', 5, 'PAUSE'],
    ]);
  });

  it('give a gate those params of its target alone that it knows', () => {
    const deploy = action('deploy', {
      targets: [{ host: 'web-1', replicas: 3 }],
      rollout: rollout({ gate }),
    });
    expect(stepsOf([deploy], knowing).steps[1]?.params).toEqual({ cluster: 'a', host: 'web-1' });
    expect(stepsOf([deploy], () => null).steps[1]?.params).toEqual({ cluster: 'a' });
  });
});

describe('the fallbacks of a rollout', () => {
  const deploy = (fallback: ActionRequest['fallback']) =>
    overTargets('deploy', 2, { gate }, { params: { image: 'b' }, ...(fallback ? { fallback } : {}) });

  it('stand beside their steps, phase by phase, and the gates wait for the steps', () => {
    const { steps } = stepsOf([deploy({ type: 'web.move' })], knowing);
    expect(
      steps.map(({ name, phase, dependsOn, fallbackFor }) => [name, phase, dependsOn, fallbackFor]),
    ).toEqual([
      ['deploy[1]', 1, [], undefined],
      ['fallback:deploy[1]', 1, [], 'deploy[1]'],
      ['deploy.gate[1]', 1, ['deploy[1]'], undefined],
      ['deploy[2]', 2, ['deploy.gate[1]'], undefined],
      ['fallback:deploy[2]', 2, ['deploy.gate[1]'], 'deploy[2]'],
      ['deploy.gate[2]', 2, ['deploy[2]'], undefined],
    ]);
  });

  it('act on the target of their step', () => {
    const paramsOf = (fallback: ActionRequest['fallback']) =>
      stepsOf([deploy(fallback)], knowing).steps.find(({ fallbackFor }) => fallbackFor === 'deploy[2]')
        ?.params;
    expect(paramsOf({ type: 'web.move' })).toEqual({ host: 'web-2' });
    expect(paramsOf({ type: 'web.move', params: { to: 'a', host: 'b' } })).toEqual({
      to: 'a',
      host: 'web-2',
    });
  });
});

describe('what is wrong with a workflow', () => {
  const from = (name: string) => ({ params: { text: { $from: name } } });

  it.each<[string, ActionRequest[], string]>([
    [
      'an unknown name',
      [action('a', from('b'))],
      'actions[0].params: refers to "b", and there is no action of this name',
    ],
    ['itself', [action('a', from('a'))], 'actions[0].params: refers to what this very action puts out'],
    [
      'a rollout',
      [action('a', from('b')), overTargets('b', 2)],
      'actions[0].params: refers to "b", which has an output for each of its targets',
    ],
    [
      'each other',
      [action('a', from('b')), action('b', from('a'))],
      'actions[0].dependsOn: goes in a circle: "a" waits for "b" waits for "a"',
    ],
    [
      'what waits for it',
      [action('a', from('b')), action('b', { dependsOn: ['a'] })],
      'actions[0].dependsOn: goes in a circle: "a" waits for "b" waits for "a"',
    ],
    [
      'a target of its own',
      [overTargets('a', 1, {}, { targets: [from('b').params] })],
      'actions[0].targets[0]: refers to "b", and there is no action of this name',
    ],
    [
      'two rollouts',
      [overTargets('a', 1), overTargets('b', 1)],
      'actions[1].targets: one action of a task is rolled out over targets: submit this one as a task of its own',
    ],
  ])('is a reference to %s', (_what, actions, fault) => {
    expect(faultsOf(...actions)).toEqual([fault]);
  });
});
