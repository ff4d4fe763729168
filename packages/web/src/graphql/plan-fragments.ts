import type { FragmentOf } from 'gql.tada';
import { graphql } from './graphql.ts';

export const HunkFields = graphql(`
  fragment HunkFields on DiffHunk {
    oldStart
    oldLines
    newStart
    newLines
    lines {
      kind
      text
      oldNumber
      newNumber
      isUnterminated
    }
  }
`);

export const PlanFields = graphql(
  `
    fragment PlanFields on Plan {
      revision
      hash
      summary
      risk
      riskFactors
      reversible
      changedFiles
      transactional
      createdAt
      phases {
        number
        name
        soakMs
        errorBudget
        onFail
      }
      steps {
        name
        ordinal
        phase
        actionType
        version
        platform
        category
        idempotency
        reversible
        kind
        expect
        changedFiles
        canBeUndone
        fallbackFor
        timeoutMs
        references {
          path
          step
          pointer
          isKnown
        }
        params
        dependsOn
        after
        summary
        precondition
        positions {
          what
          at
        }
        targets {
          kind
          name
        }
        findings {
          severity
          message
        }
        diffs {
          __typename
          ... on FileDiff {
            isDestructive
            path
            change
            additions
            deletions
            isBinary
            isTruncated
            hunks {
              ...HunkFields
            }
          }
          ... on HttpRequestDiff {
            isDestructive
            method
            url
            body
            headers {
              name
              value
              isSecret
            }
          }
          ... on FieldDiff {
            isDestructive
            fieldPath: path
            before
            after
          }
          ... on MessageDiff {
            isDestructive
            to
            text
            previousText
          }
          ... on PermissionDiff {
            isDestructive
            act
            subject
            permission
            resource
          }
          ... on TableDiff {
            isDestructive
            title
            columns
            rows {
              kind
              cells
            }
          }
          ... on DeletionsDiff {
            isDestructive
            title
            names
          }
          ... on GraphDiff {
            isDestructive
            title
            nodes {
              id
              label
              kind
            }
            edges {
              from
              to
              kind
            }
          }
        }
      }
    }
  `,
  [HunkFields],
);
export type Plan = FragmentOf<typeof PlanFields>;
export type PlanStep = Plan['steps'][number];
export type PlanDiff = PlanStep['diffs'][number];
