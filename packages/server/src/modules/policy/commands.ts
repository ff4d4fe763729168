import { z } from 'zod';
import { accepted, invalidInput, refused, type Outcome } from '../../domain/errors.ts';
import { reasonFault } from '../../domain/note.ts';
import type { Principal } from '../../domain/principal.ts';
import { id, instant, optional, text } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import { stepUpInput, type VerifyStepUp } from '../step-up.ts';
import { discardPolicy, shadowPolicy } from './change-version.ts';
import { draftPolicy, type DraftDependencies } from './draft-policy.ts';
import { publishPolicy, rollBackPolicy, type PublishDependencies } from './publish-policy.ts';
import { versionOf, type PolicySimulation, type PolicyVersion } from './policy-version.ts';
import type { PolicyViews, SimulationView, VersionView } from './policy-views.ts';
import { cancelSimulation, startSimulation, type SimulationDependencies } from './simulate-policy.ts';

/** Of a bundle in base64; what is in it is bounded once more. */
const mostBundleText = 3_900_000;
export const mostSimulated = 10_000;

const draftInput = z
  .strictObject({
    bundle: optional(z.string().max(mostBundleText)).describe(
      'A bundle as `opa build -t wasm` writes it, signed by a key of policy.bundleKeys, in base64. Left out, the rules in force stay.',
    ),
    data: optional(z.unknown()).describe(
      "Policy data as policies/data.json has it: { settings }. Left out, the bundle's own, or what is in force.",
    ),
    note: text(4_000).describe('What it changes and why, for the record.'),
  })
  .meta({ id: 'DraftPolicyInput', description: 'Rules, data, or both, that may be published.' });

const versionInput = z
  .strictObject({ versionId: id.describe("The version's UUID.") })
  .meta({ id: 'PolicyVersionInput', description: 'Which version.' });

const shadowInput = z
  .strictObject({
    versionId: id.describe("The version's UUID."),
    isOn: z.boolean().describe('Whether it is to be evaluated beside what decides.'),
  })
  .meta({ id: 'ShadowPolicyInput', description: 'Which version, and whether.' });

const against = optional(text(64)).describe(
  'The bundleHash that decided when you looked: where another decides by now, nothing happens.',
);

const publishInput = z
  .strictObject({
    versionId: id.describe("The version's UUID."),
    against,
    reason: z.string().describe('Why, for the record.'),
    stepUp: stepUpInput,
  })
  .meta({ id: 'PublishPolicyInput', description: 'Which version is to decide, and why.' });

const rollbackInput = z
  .strictObject({ against, reason: z.string().describe('Why, for the record.') })
  .meta({ id: 'RollbackPolicyInput', description: 'Why what decided before is to decide again.' });

const simulationInput = z
  .strictObject({
    versionId: id.describe("The version's UUID."),
    since: optional(instant).describe('From when on; left out, from the first decision.'),
    until: optional(instant).describe('Until when; left out, until now.'),
    most: optional(z.int().min(1).max(mostSimulated)).describe(
      'Of the decisions of the range, in turns the newest of each requester, environment and outcome: 1 to 10000, 1000 by default.',
    ),
  })
  .meta({ id: 'StartPolicySimulationInput', description: 'Which version, over which decisions.' });

const cancelInput = z
  .strictObject({ id: id.describe("The simulation's UUID.") })
  .meta({ id: 'CancelPolicySimulationInput', description: 'Which simulation.' });

export type PolicyCommandDependencies = DraftDependencies &
  PublishDependencies &
  SimulationDependencies & { readonly views: PolicyViews; readonly verifyStepUp: VerifyStepUp };

/** A version after somebody published it, or asked to. */
export interface PublishedView {
  readonly version: VersionView;
  readonly isPublished: boolean;
  readonly flips: number;
  readonly decisions: number;
  readonly given: number;
  readonly required: number;
}

export const createPolicyCommands = (deps: PolicyCommandDependencies) => ({
  ...createVersionCommands(deps),
  ...createSimulationCommands(deps),
  ...createPublishCommands(deps),
});

/** What makes a version, and what becomes of it before it decides. */
const createVersionCommands = (deps: PolicyCommandDependencies) => {
  const seen = async (viewer: Principal, outcome: Outcome<PolicyVersion>): Promise<Outcome<VersionView>> =>
    outcome.ok ? accepted(await seenVersion(deps.views, viewer, outcome.value)) : outcome;
  return {
    draftPolicy: defineCommand({
      name: 'draftPolicy',
      description:
        'Takes in rules, data, or both, as a version that may be published: its size, signature and data are looked at, its rules are asked about their own examples and about recorded plans. Nothing acts on it. Asks for an administrator.',
      input: draftInput,
      right: 'ADMINISTER',
      run: async ({ viewer }, { bundle = null, data, note }) =>
        seen(viewer, await draftPolicy(deps, viewer, { bundle, data, note })),
    }),
    discardPolicy: defineCommand({
      name: 'discardPolicy',
      description: 'Keeps a version from being published; it stays on record. Asks for an administrator.',
      input: versionInput,
      right: 'ADMINISTER',
      run: async ({ viewer }, { versionId }) => seen(viewer, await discardPolicy(deps, viewer, versionId)),
    }),
    shadowPolicy: defineCommand({
      name: 'shadowPolicy',
      description:
        'Evaluates a version beside what decides, on a sample of what is decided, and keeps what differs. Nothing acts on it. One version at a time. Asks for an administrator.',
      input: shadowInput,
      right: 'ADMINISTER',
      run: async ({ viewer }, order) => seen(viewer, await shadowPolicy(deps, viewer, order)),
    }),
  };
};

/** What runs a version over the past. */
const createSimulationCommands = (deps: PolicyCommandDependencies) => {
  const seen = async (outcome: Outcome<PolicySimulation>): Promise<Outcome<SimulationView>> => {
    if (!outcome.ok) return outcome;
    const { tenantId, versionId } = outcome.value;
    const [version] = await deps.versions.list(tenantId, 1, null, versionId);
    return accepted(deps.views.simulationView(outcome.value, version ? versionOf(version).report.rules : []));
  };
  return {
    startPolicySimulation: defineCommand({
      name: 'startPolicySimulation',
      description:
        'Runs a version over recorded decisions in the background and lists what would have come out otherwise. Asks for an administrator.',
      input: simulationInput,
      right: 'ADMINISTER',
      run: async ({ viewer }, { versionId, since, until, most = 1_000 }) =>
        seen(
          await startSimulation(deps, viewer, {
            versionId,
            since: since ?? new Date(0),
            until: until ?? null,
            most,
          }),
        ),
    }),
    cancelPolicySimulation: defineCommand({
      name: 'cancelPolicySimulation',
      description: 'Ends a simulation; what it found by then stays. Asks for an administrator.',
      input: cancelInput,
      right: 'ADMINISTER',
      run: async ({ viewer }, { id: simulationId }) =>
        seen(await cancelSimulation(deps, viewer, simulationId)),
    }),
  };
};

/** What makes a version decide, or no longer. */
const createPublishCommands = (deps: PolicyCommandDependencies) => {
  const { views } = deps;
  return {
    publishPolicy: defineCommand({
      name: 'publishPolicy',
      description:
        'Makes a version decide from now on, without a restart: every process takes it up within seconds, and steps that wait are asked about by it. It is held against recorded decisions first; where more than the flip budget come out otherwise, or where by it fewer people would be needed, more would run in production without any or agents would see more, the first word waits for a second person, as long as the data says that approvals do. Asks for an administrator who is a person.',
      input: publishInput,
      right: 'ADMINISTER',
      async run(
        { viewer },
        { versionId, against: looked = null, reason, stepUp },
      ): Promise<Outcome<PublishedView>> {
        const fault = reasonFault(reason);
        if (fault) return refused(invalidInput([fault]));
        const proof = await deps.verifyStepUp(viewer, { kind: 'PUBLISH', versionId }, stepUp);
        if (!proof.ok) return proof;
        const published = await publishPolicy(deps, viewer, {
          versionId,
          against: looked,
          reason,
          stepUp: proof.value,
        });
        if (!published.ok) return published;
        const { version, isPublished, measured, required } = published.value;
        return accepted({
          version: await seenVersion(views, viewer, version),
          isPublished,
          flips: measured.flipped,
          decisions: measured.decisions,
          given: isPublished ? required : version.asks.length,
          required,
        });
      },
    }),
    rollbackPolicy: defineCommand({
      name: 'rollbackPolicy',
      description:
        "Makes what decided before the last publication decide again: the version before it, or the installation's own files. One person is enough. Asks for an administrator who is a person.",
      input: rollbackInput,
      right: 'ADMINISTER',
      async run({ viewer }, { against: looked = null, reason }) {
        const fault = reasonFault(reason);
        if (fault) return refused(invalidInput([fault]));
        const rolledBack = await rollBackPolicy(deps, viewer, { against: looked, reason });
        return rolledBack.ok ? accepted(await views.current(viewer.tenantId)) : rolledBack;
      },
    }),
  };
};

const seenVersion = async (
  views: PolicyViews,
  { tenantId }: Principal,
  version: PolicyVersion,
): Promise<VersionView> => {
  const [view] = await views.viewsOf(tenantId, [version]);
  if (!view) throw new Error('A version that was just seen is gone.');
  return view;
};

export type PolicyCommands = ReturnType<typeof createPolicyCommands>;
