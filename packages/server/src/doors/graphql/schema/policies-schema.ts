import type { DataChange } from '../../../domain/data-changes.ts';
import { traceOf } from '../../../domain/decision-trace.ts';
import { hasRight } from '../../../domain/principal.ts';
import {
  policyDataJsonSchema,
  type CheckEntry,
  type PolicyCommands,
  type PolicyPublication,
  type PolicyQueries,
  type PolicyRule,
  type PolicyView,
  type PolicyViews,
  type PublishAskView,
  type PublishedView,
  type RuleKind,
  type SimulationView,
  type TestedPolicy,
  type VersionView,
} from '../../../modules/policy/index.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import { addSimulationType } from './policy-simulation-schema.ts';
import type { PolicyTypes } from './policy-schema.ts';
import type { Refs } from './refs.ts';
import type { LoadTask } from './task-schema.ts';
import { defineType } from './exposed-fields.ts';

export interface PoliciesSchemaDependencies {
  readonly operations: PolicyQueries & PolicyCommands;
  readonly services: { readonly policies: { readonly tools: { readonly views: PolicyViews } } };
  readonly loadPrincipal: LoadPrincipal;
  readonly loadTask: LoadTask;
  readonly policy: PolicyTypes;
}

/** Policies as administrators publish them: what decides, versions, the past under other rules. */
export const addPoliciesSchema = (builder: Builder, refs: Refs, deps: PoliciesSchemaDependencies): void => {
  const { operations } = deps;
  const rule = addRuleType(builder);
  const simulation = addSimulationType(builder, refs, deps.loadTask);
  const version = addVersionType(builder, refs, { rule, simulation }, deps);
  const policies = addPoliciesType(builder, refs, { rule, version }, deps);
  const tested = defineType<TestedPolicy>(
    builder,
    'TestedPolicy',
    'What a plan comes to by some rules. Nothing acts on it.',
    {
      bundleHash: ['String', 'The rules and data that were asked.'],
      fault: ['String', 'Why they gave no verdict; null where they gave one.', 'nullable'],
    },
    (t) => ({
      outcome: t.field({
        type: refs.enums.decisionOutcome,
        description: 'The strictest word of all rules.',
        resolve: ({ decision }) => decision.outcome,
      }),
      trace: t.field({
        type: [deps.policy.entry],
        description: 'The whole way of the decision in order of precedence.',
        resolve: ({ decision: { reasons, holds = [] } }) => traceOf(reasons, holds),
      }),
    }),
  );
  refs.query(operations.policies, { type: policies });
  refs.pages(
    operations.policyVersions,
    refs.connectionOf('PolicyVersion', version, { hasTotalCount: false }),
  );
  refs.query(operations.policyVersion, { type: version });
  refs.query(operations.policySimulations, { type: [simulation] });
  refs.query(operations.policySimulation, { type: simulation });
  refs.query(operations.simulatePolicy, { type: simulation });
  refs.query(operations.testPolicy, { type: tested });

  const changed = refs.payload<VersionView>('PolicyVersionPayload', 'What became of a version.', (give) => ({
    version: give(version, 'As it is now.', (value) => value),
  }));
  refs.command(operations.draftPolicy, changed);
  refs.command(operations.discardPolicy, changed);
  refs.command(operations.shadowPolicy, changed);
  const simulated = refs.payload<SimulationView>(
    'PolicySimulationPayload',
    'What became of a simulation.',
    (give) => ({ simulation: give(simulation, 'As it is now.', (value) => value) }),
  );
  refs.command(operations.startPolicySimulation, simulated);
  refs.command(operations.cancelPolicySimulation, simulated);
  refs.command(operations.publishPolicy, addPublishPayload(refs, version));
  refs.command(
    operations.rollbackPolicy,
    refs.payload<PolicyView>('RollbackPolicyPayload', 'What became of a rollback.', (give) => ({
      policies: give(policies, 'What decides now.', (value) => value),
    })),
  );
};

const addPublishPayload = (refs: Refs, version: ReturnType<typeof addVersionType>) =>
  refs.payload<PublishedView>('PublishPolicyPayload', 'What became of a publication.', (give, t) => {
    const count = (description: string, pick: (value: PublishedView) => number) =>
      t.int({
        nullable: true,
        description,
        resolve: (outcome) => (outcome.ok ? pick(outcome.value) : null),
      });
    return {
      version: give(version, 'As it is now.', (value) => value.version),
      isPublished: t.boolean({
        nullable: true,
        description: 'Whether it decides now; false where a second person must say the same.',
        resolve: (outcome) => (outcome.ok ? outcome.value.isPublished : null),
      }),
      flips: count('How many recorded decisions come out otherwise by it.', ({ flips }) => flips),
      decisions: count('How many were looked at.', ({ decisions }) => decisions),
      given: count('How many people have said so.', ({ given }) => given),
      required: count('How many must.', ({ required }) => required),
    };
  });

const addRuleType = (builder: Builder) => {
  const kind = enumOf<RuleKind>(builder, 'PolicyRuleKind', 'What a rule can say.', {
    DENY: 'It does not run.',
    HARD: 'A person approves it every time.',
    ASK: 'A person approves it.',
    HOLD: 'It waits.',
  });
  return defineType<PolicyRule>(builder, 'PolicyRule', 'A rule, as its bundle describes it.', {
    rule: ['String', 'Its id.'],
    kind: [kind, 'What it can say.'],
    description: ['String', 'What it is about, in a sentence.'],
  });
};

type RuleType = ReturnType<typeof addRuleType>;
type SimulationType = ReturnType<typeof addSimulationType>;

const addVersionType = (
  builder: Builder,
  refs: Refs,
  { rule, simulation }: { readonly rule: RuleType; readonly simulation: SimulationType },
  { services, loadPrincipal }: PoliciesSchemaDependencies,
) => {
  const { views } = services.policies.tools;
  const status = enumOf<VersionView['status']>(builder, 'PolicyVersionStatus', 'Where a version stands.', {
    DRAFT: 'It passed its check and was never published.',
    FAULTY: 'Its check found faults: it cannot be published.',
    SHADOW: 'It is evaluated beside what decides, and nothing acts on it.',
    ACTIVE: 'It decides.',
    RETIRED: 'It decided once.',
    DISCARDED: 'It is not to be published.',
  });
  const kind = enumOf<CheckEntry['check']>(builder, 'PolicyCheckKind', 'What was looked at.', {
    DOCUMENTS: 'Whether it is rules with the documents that are asked for.',
    RULES: 'Whether it says what its rules are.',
    EXAMPLES: 'Whether every rule speaks about its own example.',
    SHAPES: 'Whether it gives a verdict to inputs that were recorded.',
  });
  const check = defineType<CheckEntry>(builder, 'PolicyCheck', 'One thing that a check found.', {
    check: [kind, 'What was looked at.'],
    isPassed: ['Boolean', 'Whether it is as it must be.'],
    subject: ['String', 'The rule or the task that a fault is about.', 'nullable'],
    message: ['String', 'What was found.'],
  });
  const change = defineType<DataChange>(builder, 'PolicyDataChange', 'A value that differs.', {
    path: ['String', 'Where: settings.environments.PRODUCTION.autonomyLevel.'],
    before: ['String', 'In force, as JSON; null where there is none.', 'nullable'],
    after: ['String', 'In the version, as JSON; null where there is none.', 'nullable'],
  });
  const ask = defineType<PublishAskView>(builder, 'PolicyPublishAsk', 'A word that a version be published.', {
    by: ['String', 'Who, by name.'],
    reason: ['String', 'Why.'],
    at: ['String', 'When, RFC 3339.'],
    endsAt: ['DateTime', 'Until when it counts.'],
  });
  return defineType<VersionView>(
    builder,
    'PolicyVersion',
    'Rules and data that an administrator brought, to be published.',
    {
      id: ['ID', 'UUID.'],
      number: ['Int', 'Counts the versions of the tenant, from 1.'],
      note: ['String', 'What it changes and why.'],
      status: [status, 'Where it stands.'],
      bundleHash: ['String', 'SHA-256 (hex) of its rules and data: decisions name it.'],
      rulesHash: ['String', 'SHA-256 (hex) of its compiled rules.'],
      signedBy: ['String', 'The key that signed its rules; null where they stood here.', 'nullable'],
      madeAt: ['DateTime', 'When it was brought.'],
      shadowSince: ['DateTime', 'Since when it is shadowed.', 'nullable'],
      asks: [
        [ask],
        'Who asked to publish it, over what decides now, until there are enough or they count no more.',
      ],
    },
    (t) => ({
      madeBy: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who brought it.',
        resolve: ({ madeById }, _args, { viewer }) => loadPrincipal(viewer, madeById),
      }),
      isCheckPassed: t.boolean({
        description: 'Whether its check found no fault.',
        resolve: ({ report }) => report.isPassed,
      }),
      check: t.field({
        type: [check],
        description: 'What its check found.',
        resolve: ({ report }) => report.entries,
      }),
      rules: t.field({ type: [rule], description: 'Its rules.', resolve: ({ report }) => report.rules }),
      data: t.field({
        type: 'JSON',
        description: 'Its data.',
        resolve: ({ bundleHash }) => views.dataOf(bundleHash),
      }),
      changes: t.field({
        type: [change],
        description: 'What differs between the data in force and its own: 500 values at most.',
        resolve: (parent) => views.changesOf(parent),
      }),
      shadow: t.field({
        type: simulation,
        nullable: true,
        description: 'What it said beside what decides, since it was last shadowed; null where it never was.',
        resolve: (parent) => views.shadowView(parent),
      }),
    }),
  );
};

const addPoliciesType = (
  builder: Builder,
  refs: Refs,
  { rule, version }: { readonly rule: RuleType; readonly version: ReturnType<typeof addVersionType> },
  { loadPrincipal }: PoliciesSchemaDependencies,
) => {
  const engine = enumOf<PolicyView['engine']>(builder, 'PolicyEngine', 'Where the rules run.', {
    IN_PROCESS: 'Here: what is published here decides.',
    OPA_SERVER: 'In an OPA server, which has its own rules and data: they are published there.',
  });
  const kind = enumOf<PolicyPublication['kind']>(builder, 'PolicyPublicationKind', 'What was done.', {
    PUBLISHED: 'A version was published.',
    ROLLED_BACK: 'What decided before decides again.',
  });
  const publication = defineType<PolicyPublication>(
    builder,
    'PolicyPublication',
    'That something else decides from then on.',
    {
      id: ['ID', 'UUID.'],
      number: ['Int', 'Counts those of the tenant, from 1.'],
      kind: [kind, 'What was done.'],
      versionId: ['ID', "What decided then; null for the installation's own files.", 'nullable'],
      reason: ['String', 'Why.'],
      flips: ['Int', 'How many recorded decisions came out otherwise by it.'],
      decisions: ['Int', 'How many were looked at.'],
      at: ['DateTime', 'When.'],
    },
    (t) => ({
      by: t.field({
        type: [refs.principal],
        description: 'Who said so.',
        resolve: async ({ byIds }, _args, { viewer }) =>
          (await Promise.all(byIds.map((id) => loadPrincipal(viewer, id)))).flatMap((each) => each ?? []),
      }),
    }),
  );
  return defineType<PolicyView>(
    builder,
    'Policies',
    'What decides now.',
    {
      engine: [engine, 'Where the rules run.'],
      serverHost: ['String', 'The OPA server; null where there is none.', 'nullable'],
      revision: ['String', 'As the OPA server calls its rules.', 'nullable'],
      bundleHash: ['String', 'SHA-256 (hex) of rules and data: decisions name it.'],
      version: [version, "The version that decides; null for the installation's own files.", 'nullable'],
      since: ['DateTime', 'Since when; null where nothing was ever published.', 'nullable'],
      rules: [[rule], 'Its rules.'],
      publications: [[publication], 'What was published and rolled back, the newest first: 50 at most.'],
    },
    (t) => ({
      data: t.field({ type: 'JSON', description: 'Its data.', resolve: ({ data }) => data }),
      dataSchema: t.field({
        type: 'JSON',
        description: 'JSON Schema (2020-12) of policy data.',
        resolve: () => policyDataJsonSchema(),
      }),
      flipBudget: t.int({
        description: 'How many recorded decisions one person may make come out otherwise.',
        resolve: ({ flipBudget }) => flipBudget.flips,
      }),
      flipWindow: t.int({
        description: 'How many decisions that is counted among.',
        resolve: ({ flipBudget }) => flipBudget.window,
      }),
      viewerCanDraft: t.boolean({
        description: 'Whether you may bring versions.',
        resolve: (view, _args, { viewer }) => view.engine === 'IN_PROCESS' && hasRight(viewer, 'ADMINISTER'),
      }),
      viewerCanPublish: t.boolean({
        description: 'Whether you may publish and roll back.',
        resolve: (view, _args, { viewer }) =>
          view.engine === 'IN_PROCESS' && viewer.type === 'HUMAN' && hasRight(viewer, 'ADMINISTER'),
      }),
    }),
  );
};
