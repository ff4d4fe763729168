import { isWhollyShown } from '../../domain/diff.ts';
import { refusal, type Refusal } from '../../domain/errors.ts';
import { toCarriable, type Json } from '../../domain/json.ts';
import { shownOf } from '../../domain/plan.ts';
import type { ApplyCall } from '../../platforms/index.ts';
import { keepFirst, NotCalled, type Attempt, type PerformDependencies } from './attempt.ts';
import { effectFault, reachFault } from './within-plan.ts';

/** Nothing is called with values of earlier steps before it is known that the effect is the one that people approved. */
export const assertWithinPlan = async ({ action, foreseen, call, claim, lease }: Attempt): Promise<void> => {
  if (action === foreseen) return;
  const { planned, document, task } = claim;
  const elsewhere = reachFault(foreseen, action);
  if (elsewhere) throw new NotCalled(unapproved(elsewhere));
  const now = await action.plan({ ...call, principalId: task.submittedById });
  lease.assertHeld();
  if (!now.ok) throw new NotCalled(now.refusal);
  const other = effectFault(planned, document, now.value);
  if (other) throw new NotCalled(unapproved(other));
};

/**
 * Where earlier steps of the run changed the same thing, it was planned on what they were to leave. It runs on what they
 * left, if with that it is to the byte what people were shown; what others have changed meanwhile is found by that.
 */
export const standOnEarlierSteps = async (
  { isShownAsPlanned, keepFooting }: PerformDependencies,
  attempt: Attempt,
): Promise<void> => {
  const { foreseen, call, claim, lease } = attempt;
  const { planned, task } = claim;
  if (!planned.after) return;
  const outcome = await foreseen.plan({ ...call, principalId: task.submittedById });
  lease.assertHeld();
  if (!outcome.ok && outcome.refusal.retriable) throw new NotCalled(outcome.refusal);
  const now = outcome.ok ? toCarriable(outcome.value) : null;
  const isForeseen =
    now !== null &&
    isShownAsPlanned(shownOf(foreseen.traits, { ...now, precondition: planned.precondition }), planned) &&
    foreseen.isAsForeseen?.(planned.precondition, now.precondition);
  if (!isForeseen) throw new NotCalled(notAsForeseen(planned.after, outcome.ok ? null : outcome.refusal));
  const { precondition } = now;
  await keepFirst(attempt, (step) => keepFooting(step, { precondition }));
  attempt.call = { ...call, precondition };
};

const notAsForeseen = (after: readonly string[], refused: Refusal | null): Refusal => {
  const why = refused ? ` ${refused.message}` : '';
  return refusal(
    'PRECONDITION_FAILED',
    `What it changes is not as ${after.join(', ')} was to leave it: others have changed it, or it came out otherwise.${why}`,
  );
};

const unapproved = (fault: string): Refusal =>
  refusal('POLICY_DENIED', `With what earlier steps put out ${fault}, which nobody approved.`);

/** A target that moves under every look is not chased: the task is planned again. */
const mostMoves = 50;

/**
 * Makes the effect. Where the target has moved since the plan, what would be done there now is asked once more,
 * without side effects: is it to the byte what people were shown, the same effect is made on the target as it is. Not
 * where an earlier attempt may have moved it, though nobody found its mark yet.
 */
export const applyAsShown = async (deps: PerformDependencies, attempt: Attempt): Promise<Json> => {
  for (let moves = 0; ; moves += 1) {
    try {
      return await attempt.action.apply({ ...attempt.call, timeMs: attempt.claim.planned.timeMs });
    } catch (thrown) {
      const moved = moves < mostMoves && (await callOnMoved(deps, attempt, thrown));
      if (!moved) throw thrown;
      attempt.call = moved;
    }
  }
};

/** The same call on the target as it is now; null where people would see something else there. */
const callOnMoved = async (
  { describeError, isShownAsPlanned }: PerformDependencies,
  { foreseen: action, call, claim: { planned, task }, lease, wasInDoubt }: Attempt,
  thrown: unknown,
): Promise<ApplyCall | null> => {
  const { failure, effect } = describeError(thrown);
  const hasOnlyMoved = failure.code === 'PRECONDITION_FAILED' && effect === 'NONE' && !wasInDoubt;
  if (!hasOnlyMoved || !action.showsWholeEffect) return null;
  const foreseen = await action.plan({ ...call, principalId: task.submittedById });
  lease.assertHeld();
  if (!foreseen.ok && foreseen.refusal.retriable) throw new NotCalled(foreseen.refusal);
  if (!foreseen.ok) return null;
  const now = toCarriable(foreseen.value);
  const shown = shownOf(action.traits, { ...now, precondition: planned.precondition });
  if (!isWhollyShown(now) || !isShownAsPlanned(shown, planned)) return null;
  // The place was given back with the first call; the guards find another.
  const { place: _, ...rest } = call;
  return { ...rest, precondition: now.precondition };
};
