import type { ResultOf } from 'gql.tada';
import { actOf } from '../../../graphql/act-of.ts';
import { documentOptions } from '../../../graphql/document-options.ts';
import { graphql } from '../../../graphql/graphql.ts';

const Attention = graphql(`
  query Attention($id: ID!) {
    approval(id: $id) {
      __typename
      id
      status
      nextTurnAt
      remindersSent
      escalateTo
      escalatedAt
      viewerSnoozedUntil
      task {
        __typename
        id
        viewerIsWatching
      }
    }
  }
`);
export type AttentionOf = NonNullable<ResultOf<typeof Attention>['approval']>;

export const attentionOptions = (id: string) =>
  documentOptions(Attention, { id }, { isRefetchedWhenMentioned: true });

export const snoozeTask = actOf(
  graphql(`
    mutation SnoozeTask($input: SnoozeTaskInput!) {
      snoozeTask(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const unsnoozeTask = actOf(
  graphql(`
    mutation UnsnoozeTask($input: UnsnoozeTaskInput!) {
      unsnoozeTask(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const watchTask = actOf(
  graphql(`
    mutation WatchTask($input: WatchTaskInput!) {
      watchTask(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const unwatchTask = actOf(
  graphql(`
    mutation UnwatchTask($input: UnwatchTaskInput!) {
      unwatchTask(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);
