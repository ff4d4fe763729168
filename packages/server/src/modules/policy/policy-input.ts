import type {
  ActionCategory,
  Environment,
  IdempotencyCapability,
  NetworkReach,
  PrincipalType,
  Priority,
  Risk,
  Role,
  SourceKind,
  SourceTrust,
  TaskMode,
} from '@countersign/shared';
import type { Json } from '../../domain/json.ts';

// Type aliases rather than interfaces, so that an input is a Json value where it is stored.
type PolicyTarget = { readonly kind: string; readonly name: string };

/** Distinct targets by the category of the steps that touch them. */
type TargetCounts = { readonly [category in ActionCategory]: number };

type PolicyStep = {
  readonly name: string;
  readonly ordinal: number;
  readonly phase: number;
  readonly phaseName: string | null;
  readonly actionType: string;
  readonly version: number;
  readonly platform: string;
  readonly category: ActionCategory;
  readonly idempotency: IdempotencyCapability;
  readonly reversible: boolean;
  readonly network: NetworkReach;
  readonly targets: readonly PolicyTarget[];
  readonly params: Json;
  /** What must still be true of the target when it runs, as its executor found it. */
  readonly precondition: Json;
  /** Whether it only looks whether a rollout may go on. */
  readonly isGate: boolean;
};

type PolicyPhase = {
  readonly ordinal: number;
  /** Null where the phase has no name or its steps disagree about it. */
  readonly name: string | null;
  readonly steps: number;
  /** Steps of it that only look whether the rollout may go on. */
  readonly gates: number;
  readonly targets: TargetCounts;
};

type PolicySource = { readonly kind: SourceKind; readonly trust: SourceTrust };

type PolicyRequester = {
  readonly type: PrincipalType;
  readonly roles: readonly Role[];
  readonly name: string;
};

/**
 * All that the rules may see, and what the decision's record stores. It holds no id and no time of its task,
 * so equal plans of one requester give equal inputs, at least within what `now` is rounded to. Params are whole: a rule that looks at a URL or a path
 * must not be escaped by making it long. Goal and justification are an agent's prose and stay out.
 */
export type PolicyInput = {
  readonly tenantId: string;
  readonly requester: PolicyRequester;
  readonly environment: Environment;
  /** What the submitter said, where the targets are of a stricter one. */
  readonly claimedEnvironment?: Environment;
  readonly mode: TaskMode;
  readonly priority: Priority;
  readonly hasJustification: boolean;
  readonly risk: Risk;
  readonly requiresApproval: boolean;
  readonly counts: { readonly steps: number; readonly targets: TargetCounts };
  /** What it rests on, each kind and trust once; absent where nothing was named. What they say stays out. */
  readonly sources?: readonly PolicySource[];
  /** In ascending order of ordinal. */
  readonly phases: readonly PolicyPhase[];
  /** In ascending order of ordinal. */
  readonly steps: readonly PolicyStep[];
  /** RFC 3339, rounded down to what the rules need; absent where the policy data says that they look at no time. */
  readonly now?: string;
};

export interface PolicyInputFacts {
  readonly tenantId: string;
  readonly requester: PolicyRequester;
  readonly environment: Environment;
  readonly claimedEnvironment?: Environment | undefined;
  readonly mode: TaskMode;
  readonly priority: Priority;
  readonly justification: string | null;
  readonly risk: Risk;
  readonly requiresApproval: boolean;
  readonly sources?: readonly PolicySource[] | undefined;
  readonly steps: readonly PolicyStep[];
  readonly now?: string | null;
}

export const policyInput = (facts: PolicyInputFacts): PolicyInput => {
  const steps = facts.steps.map(visibleStep).toSorted((a, b) => a.ordinal - b.ordinal);
  const { claimedEnvironment, environment, mode, now, priority, requester, requiresApproval, risk } = facts;
  // In the order of their names, here and below: so the canonical text of it is its plain JSON.
  return {
    ...(claimedEnvironment ? { claimedEnvironment } : {}),
    counts: { steps: steps.length, targets: targetCounts(steps) },
    environment,
    hasJustification: saysSomething(facts.justification),
    mode,
    ...(now ? { now } : {}),
    phases: phasesOf(steps),
    priority,
    requester: {
      name: requester.name,
      roles: [...new Set(requester.roles)].toSorted(),
      type: requester.type,
    },
    requiresApproval,
    risk,
    ...(facts.sources && facts.sources.length > 0 ? { sources: sourcesOf(facts.sources) } : {}),
    steps,
    tenantId: facts.tenantId,
  };
};

/** Named field by field, so that whatever else a caller's step carries stays out of the rules' sight. */
const visibleStep = (step: PolicyStep): PolicyStep => ({
  actionType: step.actionType,
  category: step.category,
  idempotency: step.idempotency,
  isGate: step.isGate,
  name: step.name,
  network: step.network,
  ordinal: step.ordinal,
  params: step.params,
  phase: step.phase,
  phaseName: step.phaseName,
  platform: step.platform,
  precondition: step.precondition,
  reversible: step.reversible,
  targets: step.targets.map(({ kind, name }) => ({ kind, name })),
  version: step.version,
});

const sourcesOf = (sources: readonly PolicySource[]): PolicySource[] =>
  [...new Map(sources.map(({ kind, trust }) => [`${kind} ${trust}`, { kind, trust }])).entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, source]) => source);

/** A justification of blanks or invisible characters is none. */
const saysSomething = (text: string | null): boolean => text !== null && /[\p{L}\p{N}]/u.test(text);

const phasesOf = (steps: readonly PolicyStep[]): PolicyPhase[] =>
  [...Map.groupBy(steps, (step) => step.phase)]
    .toSorted(([a], [b]) => a - b)
    .map(([ordinal, members]) => {
      const [name = null, ...otherNames] = new Set(members.map((step) => step.phaseName));
      return {
        gates: members.filter(({ isGate }) => isGate).length,
        name: otherNames.length === 0 ? name : null,
        ordinal,
        steps: members.length,
        targets: targetCounts(members),
      };
    });

const targetCounts = (steps: readonly PolicyStep[]): TargetCounts => {
  const seen = {
    READ: new Set<string>(),
    WRITE: new Set<string>(),
    DEPLOY: new Set<string>(),
    ROLLBACK: new Set<string>(),
  };
  for (const step of steps) {
    for (const { kind, name } of step.targets) seen[step.category].add(JSON.stringify([kind, name]));
  }
  const { READ, WRITE, DEPLOY, ROLLBACK } = seen;
  return { DEPLOY: DEPLOY.size, READ: READ.size, ROLLBACK: ROLLBACK.size, WRITE: WRITE.size };
};
