import type { TaskStatus } from '@countersign/shared';
import type { ValidationStage } from './specialist.ts';

export type StageStatus = 'WAITING' | 'PASSED' | 'FAILED' | 'NOT_NEEDED';

/** Where a plan that an agent proposed stands in one stage of its validation. */
export interface StageView {
  readonly stage: ValidationStage;
  readonly status: StageStatus;
  readonly message: string;
}

/** What the stages are told from. */
export interface Validated {
  readonly status: TaskStatus;
  readonly revision: number;
  /** Whether there are actions to look at. */
  readonly hasActions: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly decision: {
    readonly outcome: 'ALLOW' | 'REQUIRE_APPROVAL' | 'DENY';
    readonly bundleHash: string;
    readonly score: number | null;
  } | null;
}

/** The five stages that a plan passes before anything of it runs, in their order. */
export const stagesOf = (task: Validated): readonly StageView[] => [
  schemaStage(task),
  policyStage(task),
  driftStage(task),
  scoreStage(task),
  peopleStage(task),
];

const isOver = ({ status, revision }: Validated): boolean => status === 'FAILED' && revision === 0;

const schemaStage = (task: Validated): StageView => {
  if (task.hasActions && (task.revision > 0 || !isOver(task)))
    return { stage: 'SCHEMA', status: 'PASSED', message: 'Every action has the form that its type demands.' };
  return isOver(task)
    ? { stage: 'SCHEMA', status: 'FAILED', message: task.error?.message ?? 'It could not be planned.' }
    : { stage: 'SCHEMA', status: 'WAITING', message: 'The agent has still to propose actions.' };
};

const policyStage = ({ decision }: Validated): StageView => {
  if (!decision) return { stage: 'POLICY', status: 'WAITING', message: 'Policy has still to decide.' };
  const rules = `rules ${decision.bundleHash.slice(0, 12)}`;
  const words = { ALLOW: 'allows it', REQUIRE_APPROVAL: 'asks people', DENY: 'denies it' };
  const status = decision.outcome === 'DENY' ? 'FAILED' : 'PASSED';
  return { stage: 'POLICY', status, message: `Policy ${words[decision.outcome]} (${rules}).` };
};

/** A target that is not as the plan needs it, or is already as the plan would leave it. */
const ofTargets: ReadonlySet<string> = new Set(['PRECONDITION_FAILED', 'NOTHING_TO_CHANGE']);

const driftStage = (task: Validated): StageView => {
  if (task.error && ofTargets.has(task.error.code))
    return { stage: 'DRIFT_SAFETY', status: 'FAILED', message: task.error.message };
  return task.revision === 0
    ? { stage: 'DRIFT_SAFETY', status: 'WAITING', message: 'Its targets have still to be looked at.' }
    : {
        stage: 'DRIFT_SAFETY',
        status: 'PASSED',
        message:
          'Its targets were looked at, and are again before anything is written: what moved is planned anew.',
      };
};

const scoreStage = ({ decision }: Validated): StageView => {
  if (!decision) return { stage: 'SCORE', status: 'WAITING', message: 'It has still to be scored.' };
  return decision.score === null
    ? { stage: 'SCORE', status: 'NOT_NEEDED', message: 'No score was asked for.' }
    : { stage: 'SCORE', status: 'PASSED', message: `It has ${decision.score} of 100.` };
};

const approved: ReadonlySet<TaskStatus> = new Set([
  'HELD',
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'SUCCEEDED',
  'ROLLED_BACK',
  'NEEDS_ATTENTION',
]);

const peopleStage = ({ decision, status, error }: Validated): StageView => {
  const told = (is: StageStatus, message: string): StageView => ({ stage: 'PEOPLE', status: is, message });
  if (!decision) return told('WAITING', 'Not reached.');
  if (decision.outcome !== 'REQUIRE_APPROVAL')
    return told('NOT_NEEDED', decision.outcome === 'ALLOW' ? 'Policy asks for nobody.' : 'Policy denies it.');
  if (status === 'AWAITING_APPROVAL') return told('WAITING', 'People have still to decide.');
  if (status === 'REJECTED' || status === 'EXPIRED' || status === 'CANCELLED')
    return told('FAILED', error?.message ?? `It ended ${status.toLowerCase()}.`);
  return approved.has(status) ? told('PASSED', 'People approved it.') : told('WAITING', 'Not reached.');
};
