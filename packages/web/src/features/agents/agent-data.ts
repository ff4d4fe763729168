import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';
import { countedEveryMs, LevelFields } from './agents-data.ts';

const AgentPage = graphql(
  `
    query AgentPage($id: ID!) {
      agent(id: $id) {
        principal {
          id
          type
          name
        }
        autonomy {
          ...LevelFields
        }
        record {
          windowDays
          succeeded
          failed
          rolledBack
          needsAttention
          approved
          rejected
          rated
          stars
          faults
        }
        days {
          day
          score
        }
        feedback {
          id
          taskId
          executionQuality
          notes
          isOwn
          at
          by {
            id
            name
          }
        }
        recentTasks {
          id
          goal
          status
          mode
          cancelRequestedAt
          createdAt
          decision {
            quality {
              total
            }
          }
        }
      }
    }
  `,
  [LevelFields],
);
export type AgentDetail = ResultOf<typeof AgentPage>['agent'];

export const agentOptions = (id: string) => ({
  ...documentOptions(AgentPage, { id }, { refetchOn: ['autonomy.', 'feedback.', 'task.'] }),
  refetchInterval: countedEveryMs,
});
