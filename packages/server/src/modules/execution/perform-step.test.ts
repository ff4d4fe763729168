import { describe, expect, it } from 'vitest';
import type { Json } from '../../domain/json.ts';
import type { ExecutorLogger } from '../../platforms/index.ts';
import {
  perform,
  fails,
  stops,
  found,
  notFound,
  unclear,
  type Script,
  type Given,
} from '../../../testing/scripted-step.ts';

type Case = [title: string, script: Script, given: Given, kind: string, calls: string];

const cases: Case[] = [
  ['a first attempt', {}, {}, 'SUCCEEDED', 'apply verify'],
  ['one that certainly failed', { apply: fails('RESOURCE_NOT_FOUND', 'NONE') }, {}, 'FAILED', 'apply'],
  ['one that may succeed later', { apply: fails('RATE_LIMIT_EXCEEDED', 'NONE') }, {}, 'RETRIABLE', 'apply'],
  [
    'one that may have acted, with nothing to tell calls apart',
    { apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN') },
    {},
    'UNKNOWN',
    'apply',
  ],
  [
    'one that may have acted, where the platform takes our key',
    { idempotency: 'NATIVE_KEY', apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN') },
    {},
    'RETRIABLE in doubt',
    'apply',
  ],
  [
    'one that may have acted and is not worth a retry, where a mark can be found',
    { idempotency: 'LOOKUP', apply: fails('PLATFORM_REJECTED', 'UNKNOWN') },
    {},
    'RETRIABLE in doubt',
    'apply',
  ],
  [
    'the last, which may have acted, where our mark is there',
    { idempotency: 'LOOKUP', apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN'), reconcile: found },
    { attempt: 4 },
    'SUCCEEDED',
    'apply reconcile verify',
  ],
  [
    'the last, which may have acted, where our mark is not there yet',
    { idempotency: 'LOOKUP', apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN'), reconcile: notFound },
    { attempt: 4 },
    'RETRIABLE in doubt',
    'apply reconcile',
  ],
  [
    'the last, which may have acted, where nobody can look',
    {
      idempotency: 'LOOKUP',
      apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN'),
      reconcile: fails('NETWORK_ERROR', 'NONE'),
    },
    { attempt: 4 },
    'RETRIABLE in doubt',
    'apply reconcile',
  ],
  [
    'the last, which cannot be read back, where our mark is there',
    { idempotency: 'LOOKUP', verify: fails('RESOURCE_NOT_FOUND', 'NONE'), reconcile: found },
    { attempt: 4 },
    'RETRIABLE in doubt',
    'apply verify reconcile verify',
  ],
  [
    'one that only reads',
    { category: 'READ', apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN') },
    {},
    'RETRIABLE',
    'apply',
  ],
  ['one that our own guard stopped', { apply: stops('RATE_LIMIT_EXCEEDED') }, {}, 'HELD', 'apply'],
  [
    'one that our own guard stopped for good',
    { apply: stops('POLICY_DENIED', 'KILL_SWITCH') },
    {},
    'FAILED',
    'apply',
  ],
  ['one whose target moved', { apply: fails('PRECONDITION_FAILED', 'NONE') }, {}, 'DRIFTED', 'apply'],
  [
    'one that cannot be read back',
    { verify: fails('RESOURCE_NOT_FOUND', 'NONE') },
    {},
    'UNKNOWN',
    'apply verify',
  ],
  [
    'one that our own guard keeps from reading back',
    { idempotency: 'NATIVE_KEY', verify: stops('SERVICE_DOWN') },
    {},
    'RETRIABLE in doubt',
    'apply verify',
  ],
  [
    'one that cannot be read back, where the platform takes our key',
    { idempotency: 'NATIVE_KEY', verify: fails('RESOURCE_NOT_FOUND', 'NONE') },
    {},
    'RETRIABLE in doubt',
    'apply verify',
  ],

  ['the next after one that surely did nothing', {}, { earlier: 'FAILED' }, 'SUCCEEDED', 'apply verify'],
  ['the next after a lost one', {}, { earlier: 'INTENDED' }, 'UNKNOWN', ''],
  ['the next after an unknown one', {}, { earlier: 'UNKNOWN' }, 'UNKNOWN', ''],
  [
    'the next after a lost one that only read',
    { category: 'READ' },
    { earlier: 'INTENDED' },
    'SUCCEEDED',
    'apply verify',
  ],
  [
    'the next with our key',
    { idempotency: 'NATIVE_KEY' },
    { earlier: 'INTENDED' },
    'SUCCEEDED',
    'apply verify',
  ],
  [
    'the next with our key, refused this time',
    { idempotency: 'NATIVE_KEY', apply: fails('RESOURCE_NOT_FOUND', 'NONE') },
    { earlier: 'INTENDED' },
    'RETRIABLE in doubt',
    'apply',
  ],
  [
    'the next with our key, stopped by our own guard',
    { idempotency: 'NATIVE_KEY', apply: stops('SERVICE_DOWN') },
    { earlier: 'INTENDED' },
    'HELD in doubt',
    'apply',
  ],
  [
    'the next whose look our own guard stops',
    { idempotency: 'LOOKUP', reconcile: stops('SERVICE_DOWN') },
    { earlier: 'INTENDED' },
    'HELD in doubt',
    'reconcile',
  ],
  [
    'the next that finds no mark and is stopped by our own guard',
    { idempotency: 'LOOKUP', reconcile: notFound, apply: stops('RATE_LIMIT_EXCEEDED') },
    { earlier: 'INTENDED' },
    'HELD',
    'reconcile apply',
  ],
  [
    'the next that finds its mark and is stopped by our own guard',
    { idempotency: 'LOOKUP', reconcile: found, verify: stops('SERVICE_DOWN') },
    { earlier: 'INTENDED' },
    'HELD in doubt',
    'reconcile verify',
  ],
  [
    'the next that finds its mark',
    { idempotency: 'LOOKUP', reconcile: found },
    { earlier: 'INTENDED' },
    'SUCCEEDED',
    'reconcile verify',
  ],
  [
    'the next that finds no mark',
    { idempotency: 'LOOKUP', reconcile: notFound },
    { earlier: 'INTENDED' },
    'SUCCEEDED',
    'reconcile apply verify',
  ],
  [
    'the next that finds no mark and surely fails',
    { idempotency: 'LOOKUP', reconcile: notFound, apply: fails('RESOURCE_NOT_FOUND', 'NONE') },
    { earlier: 'UNKNOWN' },
    'FAILED',
    'reconcile apply reconcile',
  ],
  [
    'the next that cannot look',
    { idempotency: 'LOOKUP', reconcile: fails('NETWORK_ERROR', 'NONE') },
    { earlier: 'INTENDED' },
    'RETRIABLE in doubt',
    'reconcile',
  ],
  [
    'the next that cannot tell whose mark it finds',
    { idempotency: 'LOOKUP', reconcile: unclear },
    { earlier: 'INTENDED' },
    'UNKNOWN',
    'reconcile',
  ],
  [
    'the next with a version to compare that cannot tell who moved it',
    { idempotency: 'CONDITIONAL', reconcile: unclear },
    { earlier: 'UNKNOWN' },
    'UNKNOWN',
    'reconcile',
  ],
  ['the next that has no way to look', { idempotency: 'LOOKUP' }, { earlier: 'INTENDED' }, 'UNKNOWN', ''],
  [
    'the next with a version to compare',
    { idempotency: 'CONDITIONAL' },
    { earlier: 'INTENDED' },
    'SUCCEEDED',
    'apply verify',
  ],
  [
    'the next with a version that moved, perhaps by us',
    { idempotency: 'CONDITIONAL', apply: fails('PRECONDITION_FAILED', 'NONE') },
    { earlier: 'INTENDED' },
    'RETRIABLE in doubt',
    'apply',
  ],
  [
    'the next with a version that moved, not by us',
    { idempotency: 'CONDITIONAL', reconcile: notFound, apply: fails('PRECONDITION_FAILED', 'NONE') },
    { earlier: 'INTENDED' },
    'DRIFTED',
    'reconcile apply reconcile',
  ],

  ['a rehearsal', {}, { mode: 'NOOP' }, 'SUCCEEDED', ''],
  ['a rehearsal after a lost one', {}, { mode: 'NOOP', earlier: 'INTENDED' }, 'SUCCEEDED', ''],
  ['an action that is not known any more', {}, { action: 'script.run@2' }, 'FAILED', ''],
  [
    'one that is not known any more, after a lost one',
    {},
    { action: 'script.run@2', earlier: 'INTENDED' },
    'UNKNOWN',
    '',
  ],
];

describe('an attempt', () => {
  it.each([
    ['UNKNOWN', 1, 2],
    ['INTENDED', 1, 2],
    ['FAILED', 1, 1],
    ['UNKNOWN', 3, 3],
  ] as const)(
    'after one that ended %s, by its number the %ith, calls as the %ith',
    async (earlier, attempt, called) => {
      const attempts: number[] = [];
      const apply = (_logger: ExecutorLogger, _precondition: Json, number: number): null => {
        attempts.push(number);
        return null;
      };
      await perform({ idempotency: 'NATIVE_KEY', apply }, { earlier, attempt });
      expect(attempts).toEqual([called]);
    },
  );

  it.each(cases)('%s', async (_title, script, given, kind, calls) => {
    const performed = await perform(script, given);
    const { result } = performed;
    const isInDoubt = (result.kind === 'RETRIABLE' || result.kind === 'HELD') && result.isEffectUnknown;
    expect(`${result.kind}${isInDoubt ? ' in doubt' : ''}`).toBe(kind);
    expect(performed.calls).toBe(calls);
  });
});
