import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { graphql, type Json } from '../../graphql/graphql.ts';
import { faultsOf, InputRefusalFields } from '../../graphql/input-faults.ts';
import { actWithPasskey } from '../../graphql/step-up.ts';
import type { DataFault } from './schema-values.ts';

const SimulationFields = graphql(`
  fragment SimulationFields on PolicySimulation {
    id
    state
    total
    seen
    decisions
    flipped
    loosened
    faults
    firstFault
    error
    deadRules
    flipCounts {
      before
      after
      decisions
    }
    flips {
      taskId
      before
      after
      peopleBefore
      peopleAfter
      askedLess
      rules
      task {
        id
        goal
      }
    }
    rules {
      rule
      before
      after
    }
    conflicts {
      denies
      asks
      decisions
    }
  }
`);
export type Simulation = ResultOf<typeof SimulationFields>;

const VersionFields = graphql(
  `
    fragment VersionFields on PolicyVersion {
      id
      number
      note
      status
      bundleHash
      signedBy
      madeAt
      isCheckPassed
      madeBy {
        name
      }
      check {
        check
        isPassed
        subject
        message
      }
      changes {
        path
        before
        after
      }
      asks {
        by
        reason
        at
        endsAt
      }
      shadow {
        ...SimulationFields
      }
    }
  `,
  [SimulationFields],
);
export type Version = ResultOf<typeof VersionFields>;

const Policies = graphql(
  `
    query Policies {
      policies {
        engine
        serverHost
        revision
        bundleHash
        since
        flipBudget
        flipWindow
        viewerCanDraft
        viewerCanPublish
        data
        dataSchema
        version {
          id
          number
          note
        }
        rules {
          rule
          kind
          description
        }
        publications {
          id
          number
          kind
          reason
          flips
          decisions
          at
          by {
            name
          }
        }
      }
      policyVersions(first: 20) {
        nodes {
          ...VersionFields
        }
      }
    }
  `,
  [VersionFields],
);
export type PoliciesNow = ResultOf<typeof Policies>['policies'];

export const policiesOptions = () => documentOptions(Policies, {}, { refetchOn: ['policy.'] });

const Simulations = graphql(
  `
    query PolicySimulations($versionId: ID!) {
      policySimulations(versionId: $versionId) {
        ...SimulationFields
      }
    }
  `,
  [SimulationFields],
);

export const simulationsOptions = (versionId: string) =>
  documentOptions(Simulations, { versionId }, { refetchOn: ['policy.simulation'] });

const Draft = graphql(
  `
    mutation DraftPolicy($input: DraftPolicyInput!) {
      draftPolicy(input: $input) {
        version {
          id
          number
        }
        refusal {
          ...InputRefusalFields
        }
      }
    }
  `,
  [InputRefusalFields],
);

export interface DraftOutcome {
  readonly complaint: string | null;
  readonly faults: readonly DataFault[];
}

export const draftPolicy = async (input: {
  readonly note: string;
  readonly data?: Json;
  readonly bundle?: string;
}): Promise<DraftOutcome> => {
  const { draftPolicy: drafted } = await execute(Draft, { input });
  return { complaint: drafted.refusal?.message ?? null, faults: faultsOf(drafted.refusal) };
};

export const discardPolicy = actOf(
  graphql(`
    mutation DiscardPolicy($input: PolicyVersionInput!) {
      discardPolicy(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);
export const shadowPolicy = actOf(
  graphql(`
    mutation ShadowPolicy($input: ShadowPolicyInput!) {
      shadowPolicy(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);
export const startSimulation = actOf(
  graphql(`
    mutation StartPolicySimulation($input: StartPolicySimulationInput!) {
      startPolicySimulation(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);
export const cancelSimulation = actOf(
  graphql(`
    mutation CancelPolicySimulation($input: CancelPolicySimulationInput!) {
      cancelPolicySimulation(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);
const sendPublication = actOf(
  graphql(`
    mutation PublishPolicy($input: PublishPolicyInput!) {
      publishPolicy(input: $input) {
        refusal {
          code
          message
        }
      }
    }
  `),
);
/** Where a passkey is asked for, it answers for exactly this version. */
export const publishPolicy = (input: Parameters<typeof sendPublication>[0]) =>
  actWithPasskey({ publishVersionId: input.versionId }, (stepUp) => sendPublication({ ...input, ...stepUp }));
export const rollbackPolicy = actOf(
  graphql(`
    mutation RollbackPolicy($input: RollbackPolicyInput!) {
      rollbackPolicy(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

const Test = graphql(`
  query TestPolicy($input: TestPolicyInput!) {
    testPolicy(input: $input) {
      outcome
      fault
      trace {
        layer
        rule
        verdict
        message
      }
    }
  }
`);
export type Tested = ResultOf<typeof Test>['testPolicy'];

const Recorded = graphql(`
  query RecordedInput($id: ID!) {
    task(id: $id) {
      decision {
        input
      }
    }
  }
`);

export const testPolicy = async (input: { versionId: string | null; input: Json }): Promise<Tested> =>
  (await execute(Test, { input })).testPolicy;

/** What the rules saw of a task; null where nothing was decided about it. */
export const recordedInput = async (id: string): Promise<Json> =>
  (await execute(Recorded, { id })).task?.decision?.input ?? null;
