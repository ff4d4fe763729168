import type { ReleaseStage, Risk, StepUpTerms } from '@countersign/shared';
import { refusal, type Refusal } from './errors.ts';

/** One approval that a person gives with their passkey. */
export interface StepUpTask {
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
}

/** What exactly a passkey answers for: an answer for one thing is worth nothing for another. */
export type StepUpSubject =
  | { readonly kind: 'APPROVE'; readonly tasks: readonly StepUpTask[] }
  | { readonly kind: 'RELEASE'; readonly killSwitchId: string; readonly stage: ReleaseStage }
  | { readonly kind: 'PUBLISH'; readonly versionId: string }
  | { readonly kind: 'RESTORE'; readonly restoreId: string }
  /** One's own passkeys, or as an administrator somebody's. */
  | { readonly kind: 'PASSKEYS' }
  | { readonly kind: 'REGISTER' };

/** A passkey's answer that was verified. It counts once it is consumed, in the transaction that it is given for. */
export interface StepUpProof {
  readonly challengeId: string;
  readonly passkeyId: string;
  readonly principalId: string;
  /** What the authenticator counts; 0 where it does not. */
  readonly counter: number;
}

/** The subject as one text, whatever the order in which tasks were named. */
export const subjectText = (subject: StepUpSubject): string => {
  switch (subject.kind) {
    case 'APPROVE': {
      const tasks = subject.tasks.map(({ taskId, revision, planHash }) => [taskId, revision, planHash]);
      return JSON.stringify(['APPROVE', tasks.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))]);
    }
    case 'RELEASE':
      return JSON.stringify(['RELEASE', subject.killSwitchId, subject.stage]);
    case 'PUBLISH':
      return JSON.stringify(['PUBLISH', subject.versionId]);
    case 'RESTORE':
      return JSON.stringify(['RESTORE', subject.restoreId]);
    case 'PASSKEYS':
    case 'REGISTER':
      return JSON.stringify([subject.kind]);
  }
};

/** Where policy does not say: whoever has a passkey approves with it what is of critical risk. */
export const stepUpOf = (said: StepUpTerms | undefined, risk: Risk): StepUpTerms =>
  said ?? (risk === 'CRITICAL' ? 'WHERE_REGISTERED' : 'OFF');

/** Whether this person's yes asks for their passkey. */
export const needsPasskey = (terms: StepUpTerms, hasPasskey: boolean): boolean =>
  terms === 'REQUIRED' || (terms === 'WHERE_REGISTERED' && hasPasskey);

/** Why a yes is not enough as it came; null where it is. `deed` goes on after "This": "approval". */
export const stepUpFault = (
  terms: StepUpTerms,
  hasPasskey: boolean,
  isProven: boolean,
  deed: string,
): Refusal | null => {
  if (isProven || !needsPasskey(terms, hasPasskey)) return null;
  return hasPasskey
    ? refusal(
        'STEP_UP_REQUIRED',
        `This ${deed} needs a fresh answer of your passkey, given for exactly this.`,
      )
    : noPasskey(deed);
};

export const noPasskey = (deed: string): Refusal =>
  refusal(
    'STEP_UP_REQUIRED',
    `Policy asks for a passkey with this ${deed}, and you have none. Add one in the console under Settings, Passkeys.`,
  );

/** How long after a sign-in a person's first passkey may be added. */
export const firstPasskeyWithinMs = 10 * 60_000;

/**
 * Whoever has a passkey shows it before another is added. Whoever has none has nothing to show, so the first is added by
 * somebody who has just signed in: an old session that somebody else got hold of adds none of theirs.
 */
export const firstPasskeyFault = (signedInAt: Date | undefined, now: Date): Refusal | null =>
  signedInAt && now.getTime() - signedInAt.getTime() <= firstPasskeyWithinMs
    ? null
    : refusal(
        'PRECONDITION_FAILED',
        'Your first passkey is added within ten minutes of signing in. Sign out, sign in again, and add it then.',
      );

export const badAnswer = refusal(
  'STEP_UP_REQUIRED',
  'What the passkey answered does not hold: it was used, is too old, or is for something else. Ask for a new challenge and answer that.',
);
