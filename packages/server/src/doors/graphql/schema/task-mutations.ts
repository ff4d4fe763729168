import type { Task } from '../../../domain/task.ts';
import type {
  ApprovedPart,
  Edited,
  Simulation,
  Submitted,
  TaskCommands,
} from '../../../modules/tasks/index.ts';
import type { PlanTypes } from './plan-schema.ts';
import type { PolicyTypes } from './policy-schema.ts';
import type { Refs } from './refs.ts';

export const addTaskMutations = (
  refs: Refs,
  { executeTask, executeTasks, applyPlan, editTask, approvePart, cancelTask }: TaskCommands,
): void => {
  const executed = refs.payload<Submitted>(
    'ExecuteTaskPayload',
    'What became of a submission: a task or a refusal.',
    (give, t) => ({
      task: give(refs.task, 'The task.', ({ task }) => task),
      replayed: t.boolean({
        description: 'True where this key had been submitted before.',
        resolve: (outcome) => outcome.ok && outcome.value.isReplay,
      }),
    }),
  );
  const cancelled = refs.payload<Task>('CancelTaskPayload', 'What became of a cancellation.', (give) => ({
    task: give(
      refs.task,
      'The task as it is now; still RUNNING while a step in flight finishes.',
      (task) => task,
    ),
  }));
  refs.command(executeTask, executed);
  refs.commandOfMany(executeTasks, executed);
  const applied = refs.payload<Submitted>('ApplyPlanPayload', 'What became of a plan.', (give, t) => ({
    task: give(refs.task, 'The task, with a revision of mode APPLY.', ({ task }) => task),
    replayed: t.boolean({
      description: 'True where it had been applied with this key before.',
      resolve: (outcome) => outcome.ok && outcome.value.isReplay,
    }),
  }));
  refs.command(applyPlan, applied);
  const edited = refs.payload<Edited>('EditTaskPayload', 'What became of an edit.', (give) => ({
    task: give(refs.task, 'The task with its next revision.', ({ task }) => task),
    approval: give(
      refs.approval,
      'The ask about it; null where policy lets it run without one.',
      ({ approval }) => approval,
    ),
  }));
  refs.command(editTask, edited);
  const partly = refs.payload<ApprovedPart>(
    'ApprovePartPayload',
    'What became of approving a part.',
    (give) => ({
      task: give(refs.task, 'The task with its next revision.', ({ task }) => task),
      approval: give(refs.approval, 'The ask about what is left.', ({ approval }) => approval),
      notApproved: give(
        'String',
        'Why your approval of what is left was not given, and it waits; null where it was.',
        ({ notApproved }) => notApproved,
      ),
    }),
  );
  refs.command(approvePart, partly);
  refs.command(cancelTask, cancelled);
};

/** What a simulation gives are a plan and a decision as others are. */
export const addSimulation = (
  refs: Refs,
  { simulateTask }: Pick<TaskCommands, 'simulateTask'>,
  { plan, decision }: Pick<PlanTypes, 'plan'> & Pick<PolicyTypes, 'decision'>,
): void => {
  const simulated = refs.payload<Simulation>(
    'SimulateTaskPayload',
    'What would come of a submission; nothing of it is stored.',
    (give) => ({
      plan: give(
        plan,
        'What it would do. Nobody can decide on it: the plan of a submission has a hash of its own.',
        ({ view }) => view,
      ),
      decision: give(decision, 'What policy says of it now.', (simulation) => simulation.decision),
    }),
  );
  refs.command(simulateTask, simulated);
};
