import type { Task } from '../../../domain/task.ts';
import type { Edited, Simulation, Submitted, TaskCommands } from '../../../modules/tasks/index.ts';
import type { PlanTypes } from './plan-schema.ts';
import type { PolicyTypes } from './policy-schema.ts';
import { given } from './payload-types.ts';
import type { Refs } from './refs.ts';

export const addTaskMutations = (
  refs: Refs,
  { executeTask, executeTasks, applyPlan, editTask, cancelTask }: TaskCommands,
): void => {
  const executed = refs.payload<Submitted>(
    'ExecuteTaskPayload',
    'What became of a submission: a task or a refusal.',
    (t) => ({
      task: t.field({
        type: refs.task,
        nullable: true,
        description: 'The task.',
        resolve: given(({ task }) => task),
      }),
      replayed: t.boolean({
        description: 'True where this key had been submitted before.',
        resolve: (outcome) => outcome.ok && outcome.value.isReplay,
      }),
    }),
  );
  const cancelled = refs.payload<Task>('CancelTaskPayload', 'What became of a cancellation.', (t) => ({
    task: t.field({
      type: refs.task,
      nullable: true,
      description: 'The task as it is now; still RUNNING while a step in flight finishes.',
      resolve: given((task) => task),
    }),
  }));
  refs.command(executeTask, executed);
  refs.commandOfMany(executeTasks, executed);
  const applied = refs.payload<Submitted>('ApplyPlanPayload', 'What became of a plan.', (t) => ({
    task: t.field({
      type: refs.task,
      nullable: true,
      description: 'The task, with a revision of mode APPLY.',
      resolve: given(({ task }) => task),
    }),
    replayed: t.boolean({
      description: 'True where it had been applied with this key before.',
      resolve: (outcome) => outcome.ok && outcome.value.isReplay,
    }),
  }));
  refs.command(applyPlan, applied);
  const edited = refs.payload<Edited>('EditTaskPayload', 'What became of an edit.', (t) => ({
    task: t.field({
      type: refs.task,
      nullable: true,
      description: 'The task with its next revision.',
      resolve: given(({ task }) => task),
    }),
    approval: t.field({
      type: refs.approval,
      nullable: true,
      description: 'The ask about it; null where policy lets it run without one.',
      resolve: given(({ approval }) => approval),
    }),
  }));
  refs.command(editTask, edited);
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
    (t) => ({
      plan: t.field({
        type: plan,
        nullable: true,
        description:
          'What it would do. Nobody can decide on it: the plan of a submission has a hash of its own.',
        resolve: given(({ view }) => view),
      }),
      decision: t.field({
        type: decision,
        nullable: true,
        description: 'What policy says of it now.',
        resolve: given((simulation) => simulation.decision),
      }),
    }),
  );
  refs.command(simulateTask, simulated);
};
