import { bulkhead } from 'cockatiel';
import { accepted, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { faultsOf } from '../../domain/refusal-details.ts';
import { toCarriable, type Json } from '../../domain/json.ts';
import { planSummary } from '../../domain/plan-summary.ts';
import { shownStep, type Plan, type PlanDocument, type PlannedStep } from '../../domain/plan.ts';
import type { Principal } from '../../domain/principal.ts';
import { assessRisk } from '../../domain/risk.ts';
import { environmentOfPlan, environmentWords, type PlacedTargets } from '../../domain/target-environment.ts';
import type { TaskRequest } from '../../domain/task.ts';
import type { Clock } from '../../infra/clock.ts';
import { canonicalJson } from '../../infra/digest.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import { createBreath } from '../../infra/turns.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Logger } from '../../infra/logger.ts';
import { timePlanning, type Measures } from '../../infra/measured.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import type { PreparedStep, PreparedWorkflow } from '../../platforms/index.ts';
import { likenessOfWorkflow } from './likeness-of-workflow.ts';
import { createPlanSize } from './plan-size.ts';
import { planInTurn, type StepPlan } from './plan-in-turn.ts';
import { planReader } from '../../record/plan-reader.ts';
import { overviewDigest, stepDigest } from '../../record/shown-digest.ts';

export interface PlanRequest {
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly requester: Principal;
  readonly request: TaskRequest;
  readonly workflow: PreparedWorkflow;
  readonly policyBundle: string;
  /** Aborts when nobody waits for the plan any more; left out where that cannot be known. */
  readonly signal?: AbortSignal | undefined;
}

export interface MadePlan {
  readonly plan: Plan;
  readonly document: PlanDocument;
}

/** Foresees what actions would do, without side effects. */
export interface Planner {
  /** Refused with what kept executors from planning, every action's at once. */
  plan(request: PlanRequest): Promise<Outcome<MadePlan>>;
}

/** How long the executors may take to foresee one task. */
const planningBudgetMs = 30_000;

/** Of one task: what an executor holds of a platform while it plans is held so often. */
const plannedAtOnce = 4;

export const createPlanner = (
  clock: Clock,
  newId: NewId,
  logger: Logger,
  /** Where targets of a tenant belong, as configuration and policy say now. */
  placed: (tenantId: string) => PlacedTargets = () => ({ places: [], secrets: {}, patterns: [] }),
  measures?: Measures,
): Planner => ({
  async plan(request) {
    using _time = timePlanning(measures);
    using planning = joinSignals(
      AbortSignal.timeout(planningBudgetMs),
      ...(request.signal ? [request.signal] : []),
    );
    const { signal } = planning;
    const { tenantId, requester, revision } = request;
    // What is planned anew because its target moved is no new wish of whoever asked.
    const principalId = revision === 1 ? requester.id : `${requester.id} again`;
    const call = { signal, tenantId, principalId, priority: request.request.priority, logger };
    const places = bulkhead(plannedAtOnce, Number.POSITIVE_INFINITY);
    const breath = createBreath();
    const { steps: wanted } = request.workflow;
    const size = createPlanSize(wanted.map(({ prepared }) => prepared.params));
    const tooLarge = size.fault();
    if (tooLarge) return refused(tooLarge);
    const planStep = (step: PreparedStep, foreseen?: readonly Json[]): Promise<Outcome<PlannedAction>> =>
      places.execute(async () => {
        // What is planned anew takes the place of what was planned of it.
        size.drop(step.name);
        const before = size.fault();
        if (before) return refused(before);
        if (breath.isDue()) await breath.take();
        const outcome = await step.prepared.plan(foreseen ? { ...call, foreseen } : call);
        if (!outcome.ok) return outcome;
        size.add(step.name, outcome.value);
        const after = size.fault();
        // What an executor read elsewhere may hold what no store takes.
        return after ? refused(after) : accepted(toCarriable(outcome.value));
      });
    const alone = await Promise.all(
      wanted.map(async (step) => ({ step, outcome: await planStep(step), after: [], takes: [] })),
    );
    const results = (await planInTurn(alone, planStep)).map(
      ({ step, outcome, ...upon }, ordinal): Outcome<PlannedStep> =>
        outcome.ok
          ? accepted(plannedStep(step, ordinal, outcome.value, upon))
          : refused(locate(outcome.refusal, step)),
    );
    const steps = results.flatMap((result) => (result.ok ? [result.value] : []));
    const refusals = results.flatMap((result) => (result.ok ? [] : [result.refusal]));
    if (refusals[0]) return refused(together(refusals[0], refusals));
    return accepted(await assemble(request, steps, placed(tenantId), clock.now(), newId()));
  },
});

const plannedStep = (
  step: PreparedStep,
  ordinal: number,
  { leaves: _, output: _known, ...planned }: PlannedAction,
  { after, takes }: Pick<StepPlan, 'after' | 'takes'>,
): PlannedStep => {
  const { kind, expect, timeoutMs, fallbackFor, prepared } = step;
  const { name: _type, planning: _pace, ...traits } = prepared.traits;
  return {
    ...traits,
    ...planned,
    budget: { ...traits.budget, timeMs: timeoutMs ?? traits.budget.timeMs },
    name: step.name,
    ordinal,
    phase: step.phase,
    actionType: `${prepared.traits.name}@${prepared.traits.version}`,
    params: prepared.params,
    dependsOn: [...new Set([...step.dependsOn, ...after])],
    ...(kind && { kind }),
    ...(expect && { expect }),
    ...(fallbackFor !== undefined && { fallbackFor }),
    ...(prepared.canCompensate && traits.category !== 'READ' ? { undo: 'COMPENSATE' } : {}),
    ...(after.length > 0 ? { after } : {}),
    ...(takes.length > 0 ? { takes } : {}),
  };
};

/** Executors name paths below their params; callers know them below the action. */
const locate = (reason: Refusal, { paramsPath: base }: PreparedStep): Refusal => {
  const found = faultsOf(reason.details);
  const faults = found.length > 0 ? found : [{ path: '', message: reason.message, code: reason.code }];
  return {
    ...reason,
    details: {
      kind: 'FAULTS',
      faults: faults.map((fault) => ({ ...fault, path: fault.path === '' ? base : `${base}.${fault.path}` })),
    },
  };
};

/** What keeps several actions from being planned is told at once. */
const together = (first: Refusal, all: readonly Refusal[]): Refusal => ({
  ...first,
  message: all.length === 1 ? first.message : `${first.message} (and ${all.length - 1} more)`,
  retriable: all.every(({ retriable }) => retriable),
  details: { kind: 'FAULTS', faults: all.flatMap(({ details }) => faultsOf(details)) },
});

const assemble = async (
  { tenantId, taskId, revision, requester, request, policyBundle, workflow }: PlanRequest,
  steps: readonly PlannedStep[],
  placed: PlacedTargets,
  now: Date,
  id: string,
): Promise<MadePlan> => {
  const found = environmentOfPlan(placed, request.environment, steps);
  const { environment } = found;
  const { phases } = workflow;
  const isRaised = environment !== request.environment;
  const { risk, factors: assessed } = assessRisk(steps, environment, request.sources);
  const factors = isRaised ? [environmentWords(request.environment, found), ...assessed] : assessed;
  const said = {
    ...(request.transactional ? ({ transactional: true } as const) : {}),
    ...(request.sources.length > 0 ? { sources: request.sources } : {}),
    ...(phases && { phases }),
  };
  const summary = planSummary(steps, environment, said);
  const document: PlanDocument = {
    format: 'countersign.plan/1',
    tenantId,
    taskId,
    revision,
    requester: { id: requester.id, type: requester.type },
    environment,
    ...(isRaised ? { claimed: request.environment } : {}),
    mode: request.mode,
    risk,
    policyBundle,
    retry: request.retry,
    timeoutMs: request.timeoutMs,
    shown: overviewDigest({ summary, riskFactors: factors }),
    steps: await documentSteps(steps),
    ...said,
  };
  const text = canonicalJson(document);
  const plan: Plan = {
    id,
    tenantId,
    taskId,
    revision,
    hash: planReader.hash(text),
    document: text,
    presentation: { riskFactors: factors, steps: steps.map(shownStep) },
    summary,
    risk,
    ...likenessOfWorkflow(workflow),
    createdAt: now,
  };
  return { plan, document };
};

const documentSteps = async (steps: readonly PlannedStep[]): Promise<PlanDocument['steps']> => {
  const breath = createBreath();
  const made: PlanDocument['steps'][number][] = [];
  for (const step of steps) {
    if (breath.isDue()) await breath.take();
    made.push(documentStep(step));
  }
  return made;
};

const documentStep = (step: PlannedStep): PlanDocument['steps'][number] => ({
  name: step.name,
  ordinal: step.ordinal,
  phase: step.phase,
  action: step.actionType,
  platform: step.platform,
  params: step.params,
  dependsOn: step.dependsOn,
  targets: step.targets,
  precondition: step.precondition,
  timeMs: step.budget.timeMs,
  shown: stepDigest(shownStep(step)),
  ...(step.claims && { claims: step.claims }),
  ...(step.kind && { kind: step.kind }),
  ...(step.expect && { expect: step.expect }),
  ...(step.undo && { undo: step.undo }),
  ...(step.after && { after: step.after }),
  ...(step.takes && { takes: step.takes }),
  ...(step.fallbackFor !== undefined && { fallbackFor: step.fallbackFor }),
});
