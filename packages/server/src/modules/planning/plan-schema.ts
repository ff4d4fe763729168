import { createBatchLoader } from '../../graphql/batch-loader.ts';
import type { Builder } from '../../graphql/builder.ts';
import type { Refs } from '../../graphql/refs.ts';
import type { Plan, PlanDocument, PlanDocumentStep, ShownStep } from '../../domain/plan.ts';
import type { Principal } from '../../domain/principal.ts';
import { addDiffTypes } from './diff-schema.ts';
import type { PlanReader } from './plan-reader.ts';
import type { PlanStore } from './plan-store.ts';
import { isOverviewAsPlanned, isStepShownAsPlanned } from './shown-digest.ts';

interface StepView {
  readonly planned: PlanDocumentStep;
  readonly shown: ShownStep;
}

interface PlanView {
  readonly plan: Plan;
  readonly document: PlanDocument;
}

/** Throws rather than show a person anything but what was planned and would run. */
const viewOf = (reader: PlanReader, plan: Plan): PlanView => {
  const document = reader.read(plan)?.document;
  if (!document) throw new Error(`The stored bytes of plan ${plan.id} are not what its hash names.`);
  const overview = { summary: plan.summary, riskFactors: plan.presentation.riskFactors };
  if (plan.risk !== document.risk || !isOverviewAsPlanned(overview, document)) throw altered(plan);
  return { plan, document };
};

const stepsOf = ({ plan, document }: PlanView): StepView[] =>
  document.steps.map((planned, index) => {
    const shown = plan.presentation.steps[index];
    if (!shown || !isStepShownAsPlanned(shown, planned)) throw altered(plan);
    return { planned, shown };
  });

const altered = ({ id }: Plan): Error =>
  new Error(`What is stored to be shown of plan ${id} is not what was planned.`);

export const addPlanSchema = (builder: Builder, refs: Refs, plans: PlanStore, reader: PlanReader): void => {
  const { enums } = refs;
  const step = addStepType(builder, refs);
  const plan = builder.objectRef<PlanView>('Plan').implement({
    description: 'One immutable revision of what a task will do, made without side effects.',
    authScopes: { read: true },
    fields: (t) => ({
      revision: t.int({ description: '1 for the first.', resolve: ({ plan: { revision } }) => revision }),
      hash: t.string({
        description: 'SHA-256 (hex) over "plan/v1", a NUL and the bytes of `document`. A decision names it.',
        resolve: ({ plan: { hash } }) => hash,
      }),
      summary: t.string({
        description: 'The consequence in one sentence, built by the server.',
        resolve: ({ plan: { summary } }) => summary,
      }),
      risk: t.field({
        type: enums.risk,
        description: "The server's estimate.",
        resolve: ({ document }) => document.risk,
      }),
      riskFactors: t.stringList({
        description: 'Why, the weightiest first.',
        resolve: ({ plan: { presentation } }) => [...presentation.riskFactors],
      }),
      reversible: t.boolean({
        description: 'Whether every step can be rolled back.',
        resolve: (parent) => stepsOf(parent).every(({ shown }) => shown.reversible),
      }),
      steps: t.field({
        type: [step],
        description: 'What will happen, in order.',
        resolve: stepsOf,
      }),
      document: t.string({
        description:
          'RFC 8785 canonical JSON of everything that will run: the very bytes that are hashed, approved and executed.',
        resolve: ({ plan: { document } }) => document,
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When it was made.',
        resolve: ({ plan: { createdAt } }) => createdAt,
      }),
    }),
  });
  const load = createBatchLoader(
    (viewer: Principal, keys: readonly { taskId: string; revision: number }[]) =>
      plans.findMany(viewer.tenantId, keys),
    (found) => `${found.taskId}/${found.revision}`,
    (key) => `${key.taskId}/${key.revision}`,
  );
  builder.objectField(refs.task, 'plan', (t) =>
    t.field({
      type: plan,
      nullable: true,
      description: 'The current revision.',
      resolve: async ({ id, revision }, _args, { viewer }) => {
        const found = await load(viewer, { taskId: id, revision });
        return found && viewOf(reader, found);
      },
    }),
  );
};

const addStepType = (builder: Builder, refs: Refs) => {
  const { enums } = refs;
  const { diff, finding, target } = addDiffTypes(builder, refs);
  return builder.objectRef<StepView>('PlanStep').implement({
    description: 'One action of a plan with what its executor foresees.',
    authScopes: { read: true },
    fields: (t) => ({
      name: t.string({ description: 'Its name within the task.', resolve: ({ planned }) => planned.name }),
      ordinal: t.int({ description: 'Its place, from 0.', resolve: ({ planned }) => planned.ordinal }),
      phase: t.int({ description: 'Its phase, from 1.', resolve: ({ planned }) => planned.phase }),
      actionType: t.string({
        description: 'repo.commit',
        resolve: ({ planned }) => planned.action.split('@')[0] ?? '',
      }),
      version: t.int({
        description: "The action type's version.",
        resolve: ({ planned }) => Number(planned.action.split('@')[1]),
      }),
      platform: t.string({ description: 'What it acts on.', resolve: ({ planned }) => planned.platform }),
      category: t.field({
        type: enums.actionCategory,
        description: 'What kind of change it makes.',
        resolve: ({ shown }) => shown.category,
      }),
      idempotency: t.field({
        type: enums.idempotency,
        description: 'What a retry may assume.',
        resolve: ({ shown }) => shown.idempotency,
      }),
      reversible: t.boolean({
        description: 'Whether it can be rolled back.',
        resolve: ({ shown }) => shown.reversible,
      }),
      params: t.field({
        type: 'JSON',
        description: 'What its executor is given.',
        resolve: ({ planned }) => planned.params,
      }),
      dependsOn: t.stringList({
        description: 'Steps that must succeed first.',
        resolve: ({ planned }) => [...planned.dependsOn],
      }),
      summary: t.string({
        description: 'The consequence in one sentence.',
        resolve: ({ shown }) => shown.summary,
      }),
      targets: t.field({
        type: [target],
        description: 'What it touches.',
        resolve: ({ planned }) => planned.targets,
      }),
      precondition: t.field({
        type: 'JSON',
        nullable: true,
        description:
          'What must still be true of the target when it runs; otherwise nothing is written and the task is planned again.',
        resolve: ({ planned }) => planned.precondition,
      }),
      diffs: t.field({
        type: [diff],
        description: 'The change itself.',
        resolve: ({ shown }) => shown.diffs,
      }),
      findings: t.field({
        type: [finding],
        description: 'What the executor wants noticed.',
        resolve: ({ shown }) => shown.findings,
      }),
    }),
  });
};
