import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const Delegations = graphql(`
  query Delegations {
    viewer {
      canAdminister
      principal {
        id
      }
    }
    principals(first: 200) {
      nodes {
        id
        name
        type
        roles
      }
    }
    delegations(first: 200) {
      nodes {
        id
        startsAt
        endsAt
        viewerCanEnd
        from {
          id
          name
        }
        to {
          id
          name
        }
      }
    }
  }
`);
export type Delegation = ResultOf<typeof Delegations>['delegations']['nodes'][number];
export type Candidate = ResultOf<typeof Delegations>['principals']['nodes'][number];

export const delegationsOptions = () => documentOptions(Delegations, {}, { refetchOn: ['principal.'] });

export const createDelegation = actOf(
  graphql(`
    mutation CreateDelegation($input: CreateDelegationInput!) {
      createDelegation(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const endDelegation = actOf(
  graphql(`
    mutation EndDelegation($input: EndDelegationInput!) {
      endDelegation(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);
