import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatCount } from '../../../components/count.ts';
import { formatAgo } from '../../../components/duration.ts';
import { useServerNow } from '../../../components/use-now.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import { documentOptions } from '../../../graphql/document-options.ts';
import { graphql } from '../../../graphql/graphql.ts';
import type { Environment } from './approval-view.ts';
import { stuckFacts } from './needs-me.ts';
import styles from './stuck-runs.module.css';

const StuckRunsQuery = graphql(`
  query StuckRuns($filter: TaskFilter) {
    tasks(filter: $filter, first: 20) {
      totalCount
      nodes {
        __typename
        id
        goal
        updatedAt
        error {
          message
          stepName
        }
        run {
          id
          pause {
            reason
          }
        }
      }
    }
  }
`);

const stuck = ['NEEDS_ATTENTION', 'PAUSED'] as const;

/** Runs that go on only when a person has looked: they stand before everything that can wait. */
export const StuckRuns = ({ environment }: { environment: Environment | undefined }) => {
  const filter = { needsPerson: true, ...(environment ? { environment: [environment] } : {}) };
  const { data } = useQuery(documentOptions(StuckRunsQuery, { filter }, { refetchOn: stuckFacts }));
  const nowMs = useServerNow();
  if (!data || data.tasks.nodes.length === 0) return null;
  const { nodes, totalCount } = data.tasks;
  return (
    <section className={styles['stuck']} aria-label="Needs a person">
      <h2>
        Needs a person <span>{formatCount(totalCount)}</span>
      </h2>
      <ul>
        {nodes.map(({ id, goal, updatedAt, error, run }) => (
          <li key={id}>
            <Link to="/tasks/$id" params={{ id }} className={styles['run'] ?? ''}>
              <IconAlertTriangle size={16} stroke={1.9} aria-hidden />
              <b>
                <VisibleText text={goal} />
              </b>
              <time dateTime={updatedAt}>{formatAgo(nowMs - Date.parse(updatedAt))}</time>
              <span className={styles['why']}>
                {error?.stepName ? (
                  <>
                    <VisibleText text={error.stepName} />:{' '}
                  </>
                ) : null}
                <VisibleText text={error?.message ?? run?.pause?.reason ?? 'Nobody can know what it did.'} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {totalCount > nodes.length ? (
        <Link to="/tasks" search={{ status: [...stuck] }} className={styles['more'] ?? ''}>
          All {formatCount(totalCount)}
        </Link>
      ) : null}
    </section>
  );
};
