import type { Environment } from '@countersign/shared';
import {
  decide,
  type AutonomyWord,
  type DecisionContext,
  type GrantUse,
  type MadeDecision,
  type PolicyAnswer,
  type PolicySubject,
  type Stop,
} from '../../domain/decision.ts';
import type { DecideOnPlan } from '../../domain/decide-on-plan.ts';
import { coverageOf, takenUse, type Coverable } from '../../domain/grant-coverage.ts';
import type { StandingGrant } from '../../domain/grant.ts';
import { factsOf } from './decision-facts-of.ts';
import type { PlanDocument, PlanDocumentStep } from '../../domain/plan.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import { scoreOf, type ScoredFacts } from '../../domain/quality-score.ts';
import type { TaskSource } from '../../domain/source.ts';
import type { TrackRecord } from '../../domain/track-record.ts';
import type { KillSwitchCheck } from '../../platforms/index.ts';
import type { PoliciesInForce } from './policies-in-force.ts';
import type { PolicyEngine } from './policy-engine.ts';
import type { PolicyShadow } from './shadow-policy.ts';
import { policyInput, type PolicyInput } from './policy-input.ts';

/** Decides about plans: at the making of one, and again at every claim, by the same events. */
export interface PolicyService {
  /** Of the rules and data that decide for a tenant, as they were last seen. */
  bundleHash(tenantId: string): string;
  readonly decide: DecideOnPlan;
  /** What keeps the engine from answering now, or null. */
  trouble(): Promise<string | null>;
}

/** The traits of a planned step as our own code declares them, or undefined where no executor knows it. */
export type TraitsOfStep = (step: PlanDocumentStep) => ActionTraits | undefined;

export interface PolicySources {
  readonly policies: Pick<PoliciesInForce, 'of' | 'trouble'> & Partial<Pick<PolicyShadow, 'noteDecision'>>;
  readonly traitsOfStep: TraitsOfStep;
  readonly killSwitch: KillSwitchCheck;
  /** What an administrator set for whoever asks there; null where nobody did. Never rejects. */
  readonly autonomyOf: (
    tenantId: string,
    environment: Environment,
    agentId: string,
  ) => Promise<AutonomyWord | null>;
  /** What keeps a plan that rests on these from going on; left out where nobody can say. Never rejects. */
  readonly sourceStop?: (tenantId: string, sources: readonly TaskSource[]) => Promise<Stop | null>;
  /** Grants of the tenant that hold. Never rejects. */
  readonly grantsOf: (tenantId: string) => Promise<readonly StandingGrant[]>;
}

export const createPolicyService = (sources: PolicySources): PolicyService => {
  const decideOn = createDecideOn(sources);
  const { policies } = sources;
  return {
    bundleHash: (tenantId) => policies.of(tenantId).bundleHash(),
    trouble: policies.trouble,
    async decide(document, ...facts) {
      const decided = await decideOn(document, ...facts);
      policies.noteDecision?.(document.taskId, document.revision, document.tenantId, decided);
      return decided;
    },
  };
};

const createDecideOn =
  (sources: PolicySources): DecideOnPlan =>
  async (document, subject, now, { scoring = null, taken } = {}) => {
    const engine = sources.policies.of(document.tenantId);
    const traits = document.steps.map(sources.traitsOfStep);
    const input = inputOf(engine, document, subject, traits, now);
    const { inputHash, bundleHash, ...answer } = await engine.evaluate(input);
    const revision = engine.revision();
    const { requester } = subject;
    const hasUnknownAction = traits.includes(undefined);
    const context: DecisionContext = {
      stop:
        (await stopOf(sources.killSwitch, document, requester.id, traits)) ??
        (await sources.sourceStop?.(document.tenantId, document.sources ?? [])) ??
        null,
      autonomy: await sources.autonomyOf(document.tenantId, document.environment, requester.id),
      grant: null,
      quality: scoring && scoreOf(scoredFacts(engine, input, answer, hasUnknownAction, scoring.record)),
      ...(hasUnknownAction ? { hasUnknownAction: true } : {}),
      ...(revision === null ? {} : { revision }),
    };
    const plain = made({ context, answer, input, inputHash, bundleHash }, null);
    if (plain.decision.outcome !== 'REQUIRE_APPROVAL' || answer.kind === 'fault') return plain;
    const asked: Coverable = {
      document,
      categories: traits.map((each) => each?.category),
      requester,
      handIds: subject.handIds,
      approval: answer.verdict.approval,
      places: engine.settings().grants.environments,
    };
    if (taken !== undefined) return taken ? plain.granted(takenUse(taken, asked)) : plain;
    const { use, whyNot } = coverageOf(await sources.grantsOf(document.tenantId), asked, now);
    return use ? plain.granted(use) : made({ context, answer, input, inputHash, bundleHash }, null, whyNot);
  };

const scoredFacts = (
  engine: Pick<PolicyEngine, 'settings'>,
  { steps, phases }: PolicyInput,
  policy: PolicyAnswer,
  hasUnknownAction: boolean,
  record: TrackRecord | null,
): ScoredFacts => ({
  plan: {
    hasUnknownAction,
    phases: phases.length,
    steps: steps.map(({ name, category, targets, isGate }) => ({
      name,
      category,
      targets: targets.length,
      isGate,
    })),
  },
  policy,
  record,
  terms: engine.settings().quality,
});

interface Evaluated extends Pick<MadeDecision, 'input' | 'inputHash' | 'bundleHash'> {
  readonly context: DecisionContext;
  readonly answer: PolicyAnswer;
  readonly input: PolicyInput;
}

/** Only a use without which people would be asked is one. */
const made = (
  evaluated: Evaluated,
  grant: GrantUse | null,
  whyNoGrant: string | null = null,
): MadeDecision => {
  const { context, answer, input, inputHash, bundleHash } = evaluated;
  const decision = decide({ ...context, grant, ...factsOf(input, answer) });
  const words =
    grant && !decision.grant ? `The grant of ${grant.by} does not answer what is asked.` : whyNoGrant;
  return {
    decision,
    context: {
      ...context,
      grant: decision.grant ?? null,
      ...(words === null || decision.grant ? {} : { whyNoGrant: words }),
    },
    input,
    inputHash,
    bundleHash,
    granted: (use) => made(evaluated, use, use ? null : lost),
  };
};

const lost = 'The grant that covered it has nothing left for it.';

const inputOf = (
  engine: PolicyEngine,
  document: PlanDocument,
  { requester, priority, justification, requiresApproval }: PolicySubject,
  traits: readonly (ActionTraits | undefined)[],
  now: Date,
): PolicyInput => {
  const names = new Map(document.phases?.map(({ number, name }) => [number, name]));
  const steps = document.steps.flatMap(
    (step, index) => policyStep(step, traits[index], names.get(step.phase) ?? null) ?? [],
  );
  return policyInput({
    tenantId: document.tenantId,
    requester,
    environment: document.environment,
    claimedEnvironment: document.claimed,
    mode: document.mode,
    priority,
    justification,
    risk: document.risk,
    requiresApproval,
    sources: document.sources,
    steps,
    now: engine.timeOfRules(now),
  });
};

/**
 * The weightiest over its steps, a halt before a pause: a plan waits as a whole, and goes no further towards what is
 * stopped. `killSwitch` never throws: what cannot be read is a stop.
 */
const stopOf = async (
  killSwitch: KillSwitchCheck,
  { tenantId, environment, risk }: PlanDocument,
  agentId: string,
  traits: readonly (ActionTraits | undefined)[],
): Promise<Stop | null> => {
  const work = { tenantId, environment, risk, agentId };
  const stops = await Promise.all(
    traits.map(async (each) => {
      if (!each) return null;
      const { platform, name, version, category } = each;
      return killSwitch({ ...work, platform, name, version, category });
    }),
  );
  return stops.find((stop) => stop?.mode === 'HALT') ?? stops.find((stop) => stop !== null) ?? null;
};

const policyStep = (step: PlanDocumentStep, traits: ActionTraits | undefined, phaseName: string | null) =>
  traits && {
    name: step.name,
    ordinal: step.ordinal,
    phase: step.phase,
    phaseName,
    actionType: traits.name,
    version: traits.version,
    platform: traits.platform,
    category: traits.category,
    idempotency: traits.idempotency,
    reversible: traits.reversible,
    network: traits.budget.network,
    targets: step.targets,
    params: step.params,
    precondition: step.precondition,
    isGate: step.kind === 'GATE',
  };
