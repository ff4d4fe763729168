import { accepted, refused, type Outcome } from '../../domain/errors.ts';
import type { Caller } from '../../domain/principal.ts';
import type { RecordedDecision } from '../../record/decision-store.ts';
import { makeRevision, type RevisionDependencies } from './make-revision.ts';
import type { PlanView } from './plan-views.ts';
import {
  checkSubmission,
  findParents,
  refusalFor,
  withSources,
  type SourceStop,
} from './check-submission.ts';
import { actionsMissing, isGoalAlone } from './goal-alone.ts';
import { newFrame } from './submit-tasks.ts';
import type { TaskStore } from '../../record/task-store.ts';

/** What would come of a submission now. Nothing of it is kept, so nobody can decide on it. */
export interface Simulation {
  readonly view: PlanView;
  readonly decision: RecordedDecision;
}

export interface SimulateDependencies extends RevisionDependencies {
  readonly sourceStop: SourceStop;
  readonly tasks: TaskStore;
}

/** Plans and decides a submission as if it were made, and stores nothing. */
export const simulateTask = async (
  deps: SimulateDependencies,
  viewer: Caller,
  input: unknown,
  signal?: AbortSignal,
): Promise<Outcome<Simulation>> => {
  const checked = checkSubmission(deps.prepareActions, input);
  if (!checked.ok) return checked;
  if (isGoalAlone(checked.value.request)) return refused(actionsMissing);
  const parents = await findParents(deps.tasks, viewer, [checked]);
  const no = refusalFor(viewer, checked.value.request, parents);
  if (no) return refused(no);
  const given = await withSources(deps.sourceStop, viewer, checked.value, parents);
  if (!given.ok) return given;
  const { request, workflow, requestHash } = given.value;
  const made = await makeRevision(deps, {
    frame: newFrame(deps, viewer, requestHash, null),
    request,
    workflow,
    requester: viewer,
    signal,
  });
  if (!made.ok) return made;
  const { plan, document, decision } = made.value;
  return accepted({ view: { plan, document }, decision });
};
