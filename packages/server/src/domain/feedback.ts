import type { FeedbackOutcome, TaskStatus } from '@countersign/shared';
import { refusal, type Refusal } from './errors.ts';
import { ownHands } from './hands.ts';
import type { JsonObject } from './json.ts';
import { hasRight, type Caller, type Principal } from './principal.ts';
import type { Task } from './task.ts';

/** What somebody says of what a task came to. */
export interface Feedback {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly principalId: string;
  /** Whether it is of those whose own work it is: who submitted, who owns them, and whoever had a hand in it. */
  readonly isOwn: boolean;
  readonly outcome: FeedbackOutcome;
  /** 1 to 5. */
  readonly executionQuality: number;
  readonly notes: string | null;
  readonly learningPoints: readonly string[];
  /** What people made of its output. */
  readonly userModifications: JsonObject | null;
  readonly at: Date;
}

/** By how much feedback moves the record of whoever submitted the task. */
export interface FeedbackMoves {
  readonly rated: number;
  readonly stars: number;
  readonly faults: number;
}

const fewestStars = 1;
/** From here down it finds fault, and standing grants go by it. */
export const lowRating = 2;

type Said = Pick<Feedback, 'isOwn' | 'outcome' | 'executionQuality'>;

export const findsFault = ({ outcome, executionQuality }: Said): boolean =>
  outcome === 'FAILURE' || executionQuality <= lowRating;

/** Nobody praises themselves: what is said of one's own work counts where it finds fault, and then without its rating. */
const weight = (said: Said | null): FeedbackMoves => {
  if (!said || (said.isOwn && !findsFault(said))) return { rated: 0, stars: 0, faults: 0 };
  const stars = said.isOwn ? fewestStars : said.executionQuality;
  return { rated: 1, stars, faults: findsFault(said) ? 1 : 0 };
};

/** What holds from now on in the place of what was said before. */
export const movesOf = (said: Said, before: Said | null): FeedbackMoves => {
  const [now, then] = [weight(said), weight(before)];
  return { rated: now.rated - then.rated, stars: now.stars - then.stars, faults: now.faults - then.faults };
};

/** So often somebody may say it anew. */
const mostTimes = 20;

const ended: ReadonlySet<TaskStatus> = new Set(['SUCCEEDED', 'FAILED', 'ROLLED_BACK', 'NEEDS_ATTENTION']);

/** Why somebody may not say what a task came to; null where they may. */
export const feedbackFault = (
  task: Pick<Task, 'status' | 'mode' | 'submittedById' | 'startedAt'>,
  viewer: Principal,
  timesBefore: number,
): Refusal | null => {
  const isSubmitter = viewer.id === task.submittedById;
  const rights = (['SUBMIT', 'DECIDE', 'OPERATE', 'ADMINISTER'] as const).some((right) =>
    hasRight(viewer, right),
  );
  if (!isSubmitter && (viewer.type !== 'HUMAN' || !rights))
    return refusal(
      'AUTHORIZATION_FAILED',
      'People who do more than read, and who submitted it, say what a task came to.',
    );
  if (task.mode !== 'APPLY' || task.startedAt === null || !ended.has(task.status))
    return refusal('NOT_IN_THIS_STATE', 'It has come to nothing yet: feedback is about what has run.');
  return timesBefore < mostTimes
    ? null
    : refusal('NOT_IN_THIS_STATE', `You have said it ${mostTimes} times; the last one stands.`);
};

/** Who made a key can say anything with it in its person's name. */
export const isOwnWork = (
  task: Pick<Task, 'handIds'>,
  requester: Pick<Principal, 'id' | 'ownerId'>,
  { id, credential: { kind, handIds } }: Pick<Caller, 'id' | 'credential'>,
): boolean => {
  const own = ownHands(requester, task.handIds);
  return [id, ...(kind === 'API_KEY' ? handIds : [])].some((hand) => own.includes(hand));
};
