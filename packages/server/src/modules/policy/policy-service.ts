import type { Environment } from '@countersign/shared';
import {
  decide,
  type AutonomyWord,
  type DecisionContext,
  type MadeDecision,
  type PolicySubject,
  type Stop,
} from '../../domain/decision.ts';
import { factsOf } from './decision-facts-of.ts';
import type { PlanDocument, PlanDocumentStep } from '../../domain/plan.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import type { KillSwitchCheck } from '../../platforms/index.ts';
import type { PolicyEngine } from './policy-engine.ts';
import { policyInput } from './policy-input.ts';

/** Decides about plans: at the making of one, and again at every claim, by the same events. */
export interface PolicyService {
  /** Of the rules and data as they were last seen. */
  bundleHash(): string;
  decide(document: PlanDocument, subject: PolicySubject, now: Date): Promise<MadeDecision>;
  /** What keeps the engine from answering now, or null. */
  trouble(): Promise<string | null>;
}

/** The traits of a planned step as our own code declares them, or undefined where no executor knows it. */
export type TraitsOfStep = (step: PlanDocumentStep) => ActionTraits | undefined;

export const createPolicyService = (
  engine: PolicyEngine,
  traitsOfStep: TraitsOfStep,
  killSwitch: KillSwitchCheck,
  /** What an administrator set for whoever asks there; null where nobody did. Never rejects. */
  autonomyOf: (tenantId: string, environment: Environment, agentId: string) => Promise<AutonomyWord | null>,
): PolicyService => ({
  bundleHash: engine.bundleHash,
  trouble: engine.trouble,
  async decide(document, { requester, priority, justification, requiresApproval }, now) {
    const traits = document.steps.map(traitsOfStep);
    const names = new Map(document.phases?.map(({ number, name }) => [number, name]));
    const steps = document.steps.flatMap(
      (step, index) => policyStep(step, traits[index], names.get(step.phase) ?? null) ?? [],
    );
    const input = policyInput({
      tenantId: document.tenantId,
      requester,
      environment: document.environment,
      claimedEnvironment: document.claimed,
      mode: document.mode,
      priority,
      justification,
      risk: document.risk,
      requiresApproval,
      steps,
      now: engine.timeOfRules(now),
    });
    const { inputHash, bundleHash, ...answer } = await engine.evaluate(input);
    const context: DecisionContext = {
      stop: await stopOf(killSwitch, document, requester.id, traits),
      autonomy: await autonomyOf(document.tenantId, document.environment, requester.id),
      grant: null,
      quality: null,
      ...(steps.length < document.steps.length ? { hasUnknownAction: true } : {}),
    };
    const decision = decide({ ...context, ...factsOf(input, answer) });
    return { decision, context, input, inputHash, bundleHash };
  },
});

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
