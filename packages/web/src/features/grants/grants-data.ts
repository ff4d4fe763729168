import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const GrantFields = graphql(`
  fragment GrantFields on Grant {
    __typename
    id
    status
    actionType
    environment
    target
    maxRisk
    uses
    taken
    remaining
    expiresAt
    reason
    required
    isBacked
    createdAt
    revokedReason
    suspendedReason
    suspendedTaskId
    agent {
      id
      type
      name
    }
    by {
      id
      type
      name
    }
    approvedBy {
      id
      type
      name
    }
    resumeAskedBy {
      id
      type
      name
    }
    revokedBy {
      id
      type
      name
    }
    viewerCanApprove
    viewerCanResume
    whyNotResume
    viewerCanRevoke
  }
`);

const OfferFields = graphql(`
  fragment OfferFields on GrantOffer {
    actionType
    agentId
    environment
    target
    maxRisk
    uses
    expiresAt
    approvals
    agent {
      id
      type
      name
    }
  }
`);

const Grants = graphql(
  `
    query Grants {
      grants {
        ...GrantFields
      }
      grantOffers {
        ...OfferFields
      }
      grantTerms {
        mostUses
        longestDays
        offeredAfter
        viewerCanGrant
        places {
          environment
          people
        }
      }
    }
  `,
  [GrantFields, OfferFields],
);
export type Grant = ResultOf<typeof Grants>['grants'][number];
export type Offer = ResultOf<typeof Grants>['grantOffers'][number];
export type Terms = ResultOf<typeof Grants>['grantTerms'];

export const grantsOptions = () =>
  documentOptions(Grants, {}, { refetchOn: ['grant.', 'approval.resolved'] });

const GrantHistory = graphql(`
  query GrantHistory($id: ID!) {
    grant(id: $id) {
      id
      history {
        number
        takes
        at
        task {
          id
          goal
          status
          mode
          cancelRequestedAt
        }
      }
    }
  }
`);
export const historyOptions = (id: string) =>
  documentOptions(GrantHistory, { id }, { refetchOn: ['grant.used'] });

const OfferOnReview = graphql(
  `
    query OfferOnReview($taskId: ID!) {
      grantOffer(taskId: $taskId) {
        ...OfferFields
      }
      grantTerms {
        mostUses
        longestDays
        offeredAfter
        viewerCanGrant
        places {
          environment
          people
        }
      }
    }
  `,
  [OfferFields],
);
export const offerOptions = (taskId: string) =>
  documentOptions(OfferOnReview, { taskId }, { refetchOn: ['grant.'] });

const Choices = graphql(`
  query GrantChoices {
    agents {
      principal {
        id
        name
      }
    }
    actionTypes {
      name
      version
      category
    }
  }
`);
export const choicesOptions = () => documentOptions(Choices, {});

export const createGrant = actOf(
  graphql(`
    mutation CreateGrant($input: CreateGrantInput!) {
      createGrant(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const approveGrant = actOf(
  graphql(`
    mutation ApproveGrant($input: ApproveGrantInput!) {
      approveGrant(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const revokeGrant = actOf(
  graphql(`
    mutation RevokeGrant($input: RevokeGrantInput!) {
      revokeGrant(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const resumeGrant = actOf(
  graphql(`
    mutation ResumeGrant($input: ResumeGrantInput!) {
      resumeGrant(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);
