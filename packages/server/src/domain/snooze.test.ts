import { expect, it } from 'vitest';
import { anApproval, at } from '../../testing/domain-samples.ts';
import { snoozedUntil, snoozeFault } from './snooze.ts';

const minute = 60_000;
const mark = { snoozedUntil: at(30 * minute), snoozedRevision: 1, snoozedAt: at(10 * minute) };

it.each([
  ['until its time', anApproval(), 20, true],
  ['no longer', anApproval(), 30, false],
  ['not when there is a new revision', anApproval({ revision: 2 }), 20, false],
  ['not once more people are asked', anApproval({ escalatedAt: at(15 * minute) }), 20, false],
  ['where more people were asked before', anApproval({ escalatedAt: at(5 * minute) }), 20, true],
  ['not when it is over', anApproval({ status: 'APPROVED' }), 20, false],
])('a request that somebody put off is out of their sight %s', (_title, request, minutes, isOut) => {
  expect(snoozedUntil(request, mark, at(minutes * minute)) !== null).toBe(isOut);
  expect(snoozedUntil(request, null, at(minutes * minute))).toBeNull();
});

it.each([
  ['nothing that nobody is asked about', null, 30, 'NOT_IN_THIS_STATE'],
  ['nothing that is decided', anApproval({ status: 'REJECTED' }), 30, 'NOT_IN_THIS_STATE'],
  ['nothing until a moment that is over', anApproval(), 10, 'SCHEMA_VALIDATION_FAILED'],
  ['nothing past its own end', anApproval(), 60, 'SCHEMA_VALIDATION_FAILED'],
  [
    'nothing for longer than a week',
    anApproval({ expiresAt: at(1e10) }),
    8 * 24 * 60,
    'SCHEMA_VALIDATION_FAILED',
  ],
  ['what waits', anApproval(), 30, null],
])('people put off %s', (_title, request, minutes, expected) => {
  expect(snoozeFault(request, at(minutes * minute), at(10 * minute))?.code ?? null).toBe(expected);
});
