import type { MetricsWindow } from '@countersign/shared';
import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { ExecutorFields, PrincipalFields } from '../../graphql/fragments.ts';
import { graphql } from '../../graphql/graphql.ts';

const LaneFields = graphql(`
  fragment LaneFields on QueueState {
    totalQueued
    averageWaitMs
    workerUtilization
    asOf
    lanes {
      priority
      depth
      active
      slots
      oldestAgeMs
      estimatedWaitMs
      targetWaitMs
    }
  }
`);

const Metrics = graphql(`
  query Metrics($window: MetricsWindow) {
    metrics(window: $window) {
      window
      total
      succeeded
      failed
      successRate
      averageExecutionMs
      p95ExecutionMs
      averageQueueMs
      actionsPerMinute
      asOf
      waiting {
        count
        oldestAgeMs
      }
      approvals {
        medianTimeToDecideMs
        approved
        rejected
        expired
      }
      timeline {
        at
        total
        succeeded
        failed
        p95ExecutionMs
        waiting
      }
    }
  }
`);
export type Metrics = ResultOf<typeof Metrics>['metrics'];

const Queue = graphql(
  `
    query Queue {
      queue {
        ...LaneFields
      }
    }
  `,
  [LaneFields],
);
export type Queue = ResultOf<typeof Queue>['queue'];

const Health = graphql(
  `
    query Health {
      health {
        status
        version
        uptimeMs
        asOf
        checks {
          name
          status
          message
        }
        processes {
          name
          role
          version
          status
          startedAt
        }
        executors {
          ...ExecutorFields
          averageResponseMs
        }
      }
    }
  `,
  [ExecutorFields],
);
export type Health = ResultOf<typeof Health>['health'];
export type Executor = Health['executors'][number];

const RecentTasks = graphql(
  `
    query RecentTasks($first: Int) {
      tasks(first: $first) {
        nodes {
          __typename
          id
          goal
          status
          mode
          risk
          environment
          createdAt
          updatedAt
          cancelRequestedAt
          submittedBy {
            ...PrincipalFields
          }
        }
      }
    }
  `,
  [PrincipalFields],
);
export type RecentTask = ResultOf<typeof RecentTasks>['tasks']['nodes'][number];

export const QueueUpdated = graphql(
  `
    subscription QueueUpdated {
      queueUpdated {
        ...LaneFields
      }
    }
  `,
  [LaneFields],
);

export const HealthChanged = graphql(`
  subscription HealthChanged {
    healthChanged {
      platform
      currentStatus
      at
    }
  }
`);

export const MetricsUpdated = graphql(`
  subscription MetricsUpdated {
    metricsUpdated {
      at
      actionsPerMinute
      successRate
      queueDepth
    }
  }
`);
export type MetricsSample = ResultOf<typeof MetricsUpdated>['metricsUpdated'];

const recentCount = 12;
const metricsEveryMs = 15_000;
const healthEveryMs = 15_000;

export const metricsOptions = (window: MetricsWindow) => ({
  ...documentOptions(Metrics, { window }, { refetchOn: ['approval.resolved', 'approval.requested'] }),
  refetchInterval: metricsEveryMs,
});
export const queueOptions = () => documentOptions(Queue, {}, { refetchOn: ['task.queued', 'task.started'] });
export const healthOptions = () => ({ ...documentOptions(Health, {}), refetchInterval: healthEveryMs });
export const recentTasksOptions = () =>
  documentOptions(RecentTasks, { first: recentCount }, { isPatched: true, refetchOn: ['task.submitted'] });
