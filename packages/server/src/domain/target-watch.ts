import type { Json } from './json.ts';
import type { PlanDocumentStep } from './plan.ts';

/** By step, where its target has moved and the effect stays what was shown: as it was found then. */
export type SeenTargets = Readonly<Record<string, Json>>;

/** A target that moves under every plan is not chased: from this revision on it is left to the run to find out. */
export const unwatchedRevision = 5;

/** Of one plan, so many targets are looked at in one go; the others have their turn later. */
const mostLooks = 20;

const longestPauseMs = 15 * 60_000;

/** How long until the next look: the longer, the more often the plan was made anew. */
export const nextLookMs = (revision: number, everyMs: number): number =>
  Math.max(everyMs, Math.min(everyMs * 2 ** Math.max(0, revision - 1), longestPauseMs));

/**
 * The steps of whose targets a look can tell anything: each is planned on its target as it is. What is planned upon
 * earlier steps stands on what they are to leave, and a gate changes nothing.
 */
const watchableSteps = (steps: readonly PlanDocumentStep[]): readonly PlanDocumentStep[] =>
  steps.filter((step) => !step.after && step.kind !== 'GATE' && step.precondition !== null);

export interface StepsToLookAt {
  readonly steps: readonly PlanDocumentStep[];
  /** Whether these are all of which a look can tell anything. */
  readonly areAll: boolean;
}

/** Those that are looked at in one go, from a place on that `random`, in [0, 1), chooses. */
export const stepsToLookAt = (steps: readonly PlanDocumentStep[], random: number): StepsToLookAt => {
  const watchable = watchableSteps(steps);
  if (watchable.length <= mostLooks) return { steps: watchable, areAll: true };
  const first = Math.floor(random * watchable.length);
  const turn = [...watchable.slice(first), ...watchable.slice(0, first)];
  return { steps: turn.slice(0, mostLooks), areAll: false };
};

const mostNamed = 5;

/** What has moved, for people. */
export const movedWords = (
  revision: number,
  steps: readonly Pick<PlanDocumentStep, 'name' | 'targets'>[],
): string => {
  const named = steps
    .slice(0, mostNamed)
    .map(({ name, targets: [target] }) =>
      target ? `${target.name} ("${name}")` : `the target of "${name}"`,
    );
  const more = steps.length > mostNamed ? ` and ${steps.length - mostNamed} more` : '';
  const verb = steps.length === 1 ? 'is' : 'are';
  return `${named.join(', ')}${more} ${verb} not as revision ${revision} found ${steps.length === 1 ? 'it' : 'them'}.`;
};
