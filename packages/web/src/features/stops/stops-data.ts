import type { ResultOf, VariablesOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';
import { actWithPasskey } from '../../graphql/step-up.ts';

const Stops = graphql(`
  query Stops {
    stopScopes
    stopFile
    killSwitches {
      id
      scope {
        kind
        value
        name
      }
      mode
      stage
      isDrill
      reason
      by
      engagedAt
      stagedAt
      required
      viewerCanRelease
      asks {
        endsAt
        stage
        reason
        by
        at
      }
      workers {
        worker
        acknowledgedAt
        quietAt
        stillInHand
        inHand {
          taskId
          name
          platform
        }
      }
    }
  }
`);
export type StopSwitch = ResultOf<typeof Stops>['killSwitches'][number];
export type StopScopeKind = StopSwitch['scope']['kind'];

export const isEngaged = ({ stage }: StopSwitch): boolean => stage !== 'ALL';
export const isQuiet = ({ workers }: StopSwitch): boolean => workers.every(({ quietAt }) => quietAt !== null);

/** A switch of another tenant's is no event of ours, nor is what workers have in hand. */
const idleMs = 15_000;
const underWayMs = 1_000;

export const stopsOptions = () => ({
  ...documentOptions(Stops, {}, { refetchOn: ['kill_switch.'] }),
  refetchInterval: (query: { readonly state: { readonly data?: ResultOf<typeof Stops> | undefined } }) =>
    query.state.data?.killSwitches.some((each) => isEngaged(each) && !isQuiet(each)) ? underWayMs : idleMs,
});

const StopPreview = graphql(`
  query StopPreview($scope: StopScopeInput!) {
    stopPreview(scope: $scope) {
      running
      queued
      approvals
      uninterruptible
    }
  }
`);
export type StopScopeInput = VariablesOf<typeof StopPreview>['scope'];

export const previewOptions = (scope: StopScopeInput) => ({
  ...documentOptions(StopPreview, { scope }),
  refetchInterval: 2_000,
});

const StopChoices = graphql(`
  query StopChoices {
    actionTypes {
      name
      platform
    }
    principals(first: 200) {
      nodes {
        id
        name
        type
      }
    }
  }
`);
export const choicesOptions = () => documentOptions(StopChoices, {});

export const engage = actOf(
  graphql(`
    mutation EngageKillSwitch($input: EngageKillSwitchInput!) {
      engageKillSwitch(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

const sendRelease = actOf(
  graphql(`
    mutation ReleaseKillSwitch($input: ReleaseKillSwitchInput!) {
      releaseKillSwitch(input: $input) {
        refusal {
          code
          message
        }
      }
    }
  `),
);

/** Where a passkey is asked for, it answers for exactly this switch and stage. */
export const release = (input: Parameters<typeof sendRelease>[0]) =>
  actWithPasskey({ release: { id: input.id, stage: input.stage } }, (stepUp) =>
    sendRelease({ ...input, ...stepUp }),
  );
