import { z } from 'zod';
import {
  orchestratorPhaseWord,
  orchestratorRunWord,
  orchestratorStepWord,
  orchestratorWords,
  type OrchestratorWord,
} from '../../../domain/legacy-statuses.ts';
import { runPhasesOf } from '../../../domain/phases.ts';
import type { PlanDocument } from '../../../domain/plan.ts';
import type { Run, Step } from '../../../domain/run.ts';
import { moment } from '../../shared/task-json.ts';

const status = z.enum(orchestratorWords);

const listed = {
  id: z.string().describe('UUID of the run.'),
  task_id: z.string().describe('UUID of its task.'),
  status: status.describe('Where it stands.'),
  started_at: moment.nullable().describe('When its first step started.'),
  finished_at: moment.nullable().describe('When it ended.'),
};

export const listedExecution = z
  .strictObject(listed)
  .meta({ id: 'ExecutionSummary', description: 'An execution in a list.' });

const phase = z
  .strictObject({
    name: z.string().describe('Canary, Wave 1 …'),
    status: status.describe('How it stands.'),
    assets: z
      .array(z.strictObject({ asset_id: z.string(), status }))
      .describe('What it acts on, each with how it stands.'),
  })
  .meta({ id: 'ExecutionPhase', description: 'A part of an execution.' });

export const execution = z
  .strictObject({
    ...listed,
    current_phase: z.int().describe('The phase that it is in, from 1; the last one once it has ended.'),
    total_phases: z.int().describe('How many phases there are.'),
    phases: z.array(phase).describe('In their order.'),
  })
  .meta({ id: 'Execution', description: 'One run of a plan, phase by phase.' });

export const listedExecutionJson = (run: Run): z.output<typeof listedExecution> => ({
  id: run.id,
  task_id: run.taskId,
  status: orchestratorRunWord[run.status],
  started_at: run.startedAt?.toISOString() ?? null,
  finished_at: run.finishedAt?.toISOString() ?? null,
});

/** Without a plan that can be shown, its steps are told as one phase. */
export const executionJson = (
  run: Run,
  steps: readonly Step[],
  document: PlanDocument | null,
): z.output<typeof execution> => {
  const phases = phasesOf(run, steps, document);
  const isOver = (word: OrchestratorWord): boolean => word === 'completed' || word === 'skipped';
  const open = phases.findIndex((each) => !isOver(each.status));
  return {
    ...listedExecutionJson(run),
    current_phase: open < 0 ? phases.length : open + 1,
    total_phases: phases.length,
    phases,
  };
};

const phasesOf = (
  run: Run,
  steps: readonly Step[],
  document: PlanDocument | null,
): z.output<typeof phase>[] => {
  const rolledOut = document ? runPhasesOf(document, run, steps) : [];
  if (rolledOut.length > 0)
    return rolledOut.map(({ name, status: of, targets }) => ({
      name,
      status: orchestratorPhaseWord[of],
      assets: targets.map(({ name: asset, step }) => ({
        asset_id: asset,
        status: orchestratorStepWord[step.state],
      })),
    }));
  const actions = steps.filter(({ kind, state }) => kind === 'ACTION' && state !== 'SKIPPED');
  const assetOf = ({ name }: Step): string =>
    document?.steps.find((planned) => planned.name === name)?.targets[0]?.name || name;
  return [
    {
      name: 'Phase 1',
      status: orchestratorRunWord[run.status],
      assets: actions.map((step) => ({ asset_id: assetOf(step), status: orchestratorStepWord[step.state] })),
    },
  ];
};
