import { risks } from '@countersign/shared';
import { z } from 'zod';
import { accepted, invalidInput, refusal, refused } from '../../domain/errors.ts';
import { pathOf, readInput } from '../../infra/input-words.ts';
import type { PlanView } from '../../modules/tasks/index.ts';
import { approvalToken } from '../shared/approval-token.ts';
import { noSuchTask } from './find-task-route.ts';
import { createFindPlan } from './held-plans.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestRoute } from './rest-route.ts';
import { moment } from '../shared/task-json.ts';

const step = z
  .strictObject({
    name: z.string().describe('How the record calls it.'),
    phase: z.int().describe('The phase that it is of.'),
    action: z.string().describe('repo.commit@1'),
    platform: z.string().describe('What it acts on.'),
    summary: z.string().describe('The consequence in one sentence.'),
    params: z.record(z.string(), z.unknown()).describe('What the action is given.'),
    dependsOn: z.array(z.string()).describe('Steps that must succeed first.'),
    targets: z.array(z.unknown()).describe('What it changes.'),
    diffs: z
      .array(z.unknown())
      .describe('What people are shown of the change, as GraphQL has it in `diffs`.'),
    findings: z.array(z.unknown()).describe('What is worth a look.'),
    reversible: z.boolean().describe('Whether undoing it brings back what was there.'),
    canBeUndone: z.boolean().describe('Whether a rollback undoes it. What only reads need not be undone.'),
  })
  .meta({ id: 'PlannedStep', description: 'One step of a plan.' });

const planSchema = z
  .strictObject({
    task_id: z.string().describe('The task.'),
    revision: z.int().describe('1 for the first.'),
    planHash: z.string().describe('SHA-256 (hex) over "plan/v1", a NUL and the bytes of `document`.'),
    approval_token: z.string().nullable().describe('Names this revision and plan in one word.'),
    summary: z.string().describe('The consequence in one sentence.'),
    risk: z.enum(risks).describe("The server's estimate."),
    riskFactors: z.array(z.string()).describe('Why, the weightiest first.'),
    transactional: z.boolean().describe('Whether what was done is undone where a step fails.'),
    phases: z
      .array(z.strictObject({ number: z.int(), name: z.string() }))
      .describe('The phases of a rollout; empty where there is none.'),
    steps: z.array(step).describe('What will happen, in order.'),
    document: z
      .string()
      .describe(
        'RFC 8785 canonical JSON of everything that will run: the bytes that are hashed and approved.',
      ),
    createdAt: moment.describe('When it was made.'),
  })
  .meta({ id: 'Plan', description: 'One immutable revision of what a task will do.' });

const tell = ({ plan, document }: PlanView): z.output<typeof planSchema> => ({
  task_id: plan.taskId,
  revision: plan.revision,
  planHash: plan.hash,
  approval_token: approvalToken.write({ revision: plan.revision, planHash: plan.hash }),
  summary: plan.summary,
  risk: document.risk,
  riskFactors: [...plan.presentation.riskFactors],
  transactional: document.transactional ?? false,
  phases: (document.phases ?? []).map(({ number, name }) => ({ number, name })),
  steps: document.steps.map((planned, index) => {
    const shown = plan.presentation.steps[index];
    const { name, phase, action, platform, params, dependsOn, targets } = planned;
    return {
      name,
      phase,
      action,
      platform,
      summary: shown?.summary ?? '',
      params,
      dependsOn: [...dependsOn],
      targets: [...targets],
      diffs: [...(shown?.diffs ?? [])],
      findings: [...(shown?.findings ?? [])],
      reversible: shown?.reversible ?? false,
      canBeUndone: planned.undo !== undefined,
    };
  }),
  document: plan.document,
  createdAt: plan.createdAt.toISOString(),
});

const revisionInput = z.object({
  revision: z.int().min(1).max(1_000).nullish().describe('Which; the current one where left out.'),
});

export const planRoute = ({ operations: { task: findTask }, views }: RestDeps): RestRoute => {
  const findPlan = createFindPlan(views);
  const readRevision = (revision: unknown) => readInput(revisionInput, { revision });
  return {
    method: 'GET',
    path: '/tasks/{id}/plan',
    id: 'plan',
    description: 'What a task will do, as people are shown it before they decide.',
    parameters: [
      { in: 'path', name: 'id', schema: findTask.input.shape.id },
      { in: 'query', name: 'revision', schema: revisionInput.shape.revision },
    ],
    answers: { 200: { description: 'The plan.', schema: planSchema } },
    faultsOf: ({ revision }) => {
      const read = readRevision(revision);
      return read.ok ? [] : read.faults.map(({ keys, message }) => ({ path: pathOf(keys), message }));
    },
    async answer(call, { id, revision }) {
      const read = readRevision(revision);
      if (!read.ok) return refused(invalidInput(this.faultsOf({ revision })));
      const found = await findTask.execute(call, { id });
      if (!found.ok) return found;
      if (!found.value) return noSuchTask;
      const key = { taskId: found.value.id, revision: read.value.revision ?? found.value.revision };
      const plan = await findPlan(call, key);
      if (!plan.ok) return plan;
      return plan.value ? accepted({ status: 200, body: tell(plan.value) }) : noPlan;
    },
  };
};

const noPlan = refused(
  refusal('RESOURCE_NOT_FOUND', 'There is no such plan, or none that could be shown as it was made.'),
);
