import { reasonLack, type DecoyResult, type Environment, type Priority } from '@countersign/shared';
import type { ApprovalRequest } from './approval-request.ts';
import { eventOf, type NewEvent } from './events.ts';
import type { Principal } from './principal.ts';
import type { RetryPolicy } from './retry.ts';
import { become, type ActionRequest, type Task } from './task.ts';

/** A request that looks like any other and can run nothing: the goal of one task with the change of another. */
export interface Decoy {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly environment: Environment;
  /** The tasks that its goal and its change were taken from. */
  readonly goalOfId: string;
  readonly changeOfId: string;
  /** Drawn for when the next one comes: 0 to 999. */
  readonly lot: number;
  readonly at: Date;
  /** Null while nobody knows of it. */
  readonly result: DecoyResult | null;
  /** Null where nobody decided. */
  readonly decidedById: string | null;
  readonly tookMs: number | null;
  readonly endedAt: Date | null;
}

/** A task that people were asked about, of which decoys are made. */
export interface DecoyModel {
  readonly taskId: string;
  readonly goal: string;
  readonly justification: string | null;
  readonly priority: Priority;
  readonly source: string | null;
  readonly tags: readonly string[];
  readonly timeoutMs: number | null;
  readonly retry: RetryPolicy;
  readonly requiresApproval: boolean;
  readonly submittedById: string;
  readonly handIds: readonly string[];
  readonly actions: readonly ActionRequest[];
  readonly actionTypes: readonly string[];
  readonly targets: readonly string[];
}

/** Whose goal with whose change. */
export interface DecoyPair {
  readonly goalOf: DecoyModel;
  readonly changeOf: DecoyModel;
}

/** Of the first one, which no lot was drawn for. */
const middle = 500;

/**
 * Whether one is due after so many requests since the one before: one to each `1 / rate` of them in the long run, from
 * half as many to half as many again, by lot, so that nobody can count on it.
 */
export const isDecoyDue = (rate: number, asked: number, lot: number | null): boolean =>
  rate > 0 && asked >= Math.max(1, Math.round((0.5 + (lot ?? middle) / 1_000) / rate));

/**
 * Pairs that nobody who reads both takes for one request: no kind of action and no target in common, and a goal that
 * says something, as a reason does: nobody can see that a change is not what an empty one asks for. In an order of chance; `random` gives 0 up to 1.
 */
export const decoyPairs = (
  models: readonly DecoyModel[],
  random: () => number,
  most: number,
): readonly DecoyPair[] => {
  const drawn = models
    .map((model) => ({ model, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ model }) => model);
  const pairs: DecoyPair[] = [];
  for (const goalOf of drawn.filter(({ goal }) => reasonLack(goal) === null)) {
    const changeOf = drawn.find((other) => isApart(goalOf, other));
    if (changeOf) pairs.push({ goalOf, changeOf });
    if (pairs.length === most) break;
  }
  return pairs;
};

const isApart = (one: DecoyModel, other: DecoyModel): boolean =>
  one.goal !== other.goal &&
  one.actionTypes.every((type) => !other.actionTypes.includes(type)) &&
  one.targets.every((target) => !other.targets.includes(target));

/** What somebody did with it; null where nobody did anything in time. */
export type DecoyWord = {
  readonly by: Pick<Principal, 'id' | 'name'>;
  readonly isApproval: boolean;
  /** How long they had it before them; null where nobody knows. */
  readonly consideredMs: number | null;
} | null;

export interface EndedDecoy {
  readonly task: Task;
  readonly request: ApprovalRequest;
  readonly decoy: Decoy;
  readonly events: readonly NewEvent[];
}

/** The first word ends it, and says that it was one. Nothing of it is a vote, and nothing of it goes on. */
export const endDecoy = (
  task: Task,
  request: ApprovalRequest,
  decoy: Decoy,
  word: DecoyWord,
  now: Date,
): EndedDecoy => {
  const result: DecoyResult = word === null ? 'UNDECIDED' : word.isApproval ? 'APPROVED' : 'CAUGHT';
  const tookMs = word && (word.consideredMs ?? Math.max(0, now.getTime() - request.createdAt.getTime()));
  const message = `${whatItWas} ${wordsOf(result, word, tookMs)}`;
  const about = { approvalId: request.id, revision: request.revision, planHash: request.planHash };
  const event = eventOf(task, now, word?.by.id ?? null);
  return {
    task: {
      ...task,
      status: become(task.status, 'CANCELLED'),
      error: { code: 'TASK_CANCELLED', message },
      updatedAt: now,
      finishedAt: now,
    },
    request: { ...request, status: 'CANCELLED', resolvedAt: now },
    decoy: { ...decoy, result, decidedById: word?.by.id ?? null, tookMs, endedAt: now },
    events: [
      event('decoy.ended', message, {
        ...about,
        result,
        tookMs,
        askedAt: decoy.at.toISOString(),
        goalOf: decoy.goalOfId,
        changeOf: decoy.changeOfId,
      }),
      event('approval.resolved', 'The request was a decoy', { ...about, status: 'CANCELLED' }),
      event('task.cancelled', message, { reason: message }),
    ].map(uncounted),
  };
};

/** It is no work, so nothing counts it as some. */
export const uncounted = (event: NewEvent): NewEvent => ({ ...event, isUncounted: true });

const whatItWas =
  'A decoy, and no real work: its goal is one task’s and its change another’s, and nothing of it could run.';

const wordsOf = (result: DecoyResult, word: DecoyWord, tookMs: number | null): string => {
  if (!word) return 'Nobody decided on it in time.';
  const after = `after ${((tookMs ?? 0) / 1_000).toFixed(1)} s`;
  return result === 'APPROVED'
    ? `${word.by.name} approved it ${after}.`
    : `${word.by.name} caught it ${after}.`;
};
