import type { FragmentOf } from 'gql.tada';
import { graphql } from './graphql.ts';

/** Why nothing was done, and which part of what was sent is wrong. */
export const InputRefusalFields = graphql(`
  fragment InputRefusalFields on Refusal {
    message
    details {
      __typename
      ... on InputFaults {
        faults {
          path
          message
        }
      }
    }
  }
`);

/** Empty where the refusal is of something else. */
export const faultsOf = (refusal: FragmentOf<typeof InputRefusalFields> | null) =>
  refusal?.details?.__typename === 'InputFaults' ? refusal.details.faults : [];
