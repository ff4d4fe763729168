import { risks, stepUpTerms } from '@countersign/shared';
import { describe, expect, it } from 'vitest';
import { needsPasskey, stepUpFault, stepUpOf, subjectText } from './step-up.ts';

const task = (taskId: string, revision = 1, planHash = 'hash') => ({ taskId, revision, planHash });

describe('a passkey', () => {
  it.each([
    ['OFF', false, false],
    ['OFF', true, false],
    ['WHERE_REGISTERED', false, false],
    ['WHERE_REGISTERED', true, true],
    ['REQUIRED', false, true],
    ['REQUIRED', true, true],
  ] as const)('by %s, of somebody who has one (%s): %s', (terms, hasPasskey, isNeeded) => {
    expect(needsPasskey(terms, hasPasskey)).toBe(isNeeded);
    expect(stepUpFault(terms, hasPasskey, true, 'approval')).toBeNull();
    expect(stepUpFault(terms, hasPasskey, false, 'approval')?.code ?? null).toBe(
      isNeeded ? 'STEP_UP_REQUIRED' : null,
    );
  });

  it('is asked at critical risk where policy does not say', () => {
    expect(risks.map((risk) => stepUpOf(undefined, risk))).toEqual(['OFF', 'OFF', 'OFF', 'WHERE_REGISTERED']);
    expect(stepUpTerms.map((said) => stepUpOf(said, 'CRITICAL'))).toEqual(stepUpTerms);
  });

  it('answers for exactly one thing', () => {
    const subjects = [
      { kind: 'APPROVE', tasks: [task('a')] },
      { kind: 'APPROVE', tasks: [task('a', 2)] },
      { kind: 'APPROVE', tasks: [task('a', 1, 'other')] },
      { kind: 'APPROVE', tasks: [task('b')] },
      { kind: 'APPROVE', tasks: [task('a'), task('b')] },
      { kind: 'RELEASE', killSwitchId: 'a', stage: 'ALL' },
      { kind: 'RELEASE', killSwitchId: 'a', stage: 'OBSERVE' },
      { kind: 'PUBLISH', versionId: 'a' },
      { kind: 'PASSKEYS' },
      { kind: 'REGISTER' },
    ] as const;
    expect(new Set(subjects.map(subjectText)).size).toBe(subjects.length);
    expect(subjectText({ kind: 'APPROVE', tasks: [task('b'), task('a')] })).toBe(subjectText(subjects[4]));
  });
});
