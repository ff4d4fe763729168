import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatDate } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { WordedAct } from '../../components/worded-act.tsx';
import { shortId } from '../../vocabulary/short-id.ts';
import { QuarantineAct } from './quarantine-act.tsx';
import { kindWords, quarantinesOptions, releaseSource, type Quarantine } from './sources-data.ts';
import styles from './sources.module.css';

const Row = ({ quarantine }: { quarantine: Quarantine }) => {
  const { id, kind, reference, reason, at, by, releasedAt, releasedBy, releaseReason, waitingTaskIds } =
    quarantine;
  const queryClient = useQueryClient();
  return (
    <li className={styles['row']} data-released={releasedAt !== null}>
      <div>
        <p className={styles['name']}>
          <VisibleText text={kind === null ? reference : `${kindWords[kind]} ${reference}`} />
        </p>
        <p>
          <VisibleText text={by?.name ?? 'Somebody'} />: <VisibleText text={reason} />{' '}
          <time className="muted" dateTime={at}>
            {formatDate(at)}
          </time>
        </p>
        {releasedAt ? (
          <p className="muted">
            Released by <VisibleText text={releasedBy?.name ?? 'somebody'} />,{' '}
            <time dateTime={releasedAt}>{formatDate(releasedAt)}</time>:{' '}
            <VisibleText text={releaseReason ?? ''} />
          </p>
        ) : (
          <p className="muted">
            {waitingTaskIds.length === 0
              ? 'No task that rests on it waits.'
              : `Holds ${waitingTaskIds.length} ${waitingTaskIds.length === 1 ? 'task' : 'tasks'}: `}
            {waitingTaskIds.map((taskId) => (
              <Link
                key={taskId}
                to="/tasks/$id"
                params={{ id: taskId }}
                className={`in-text ${styles['task'] ?? ''}`}
              >
                {shortId(taskId)}
              </Link>
            ))}
          </p>
        )}
      </div>
      {quarantine.viewerCanRelease ? (
        <WordedAct
          label="Release…"
          title="Release a source"
          verb="Release it"
          wordsLabel="Why"
          act={(words) => releaseSource({ id, reason: words })}
          onAnswered={() => queryClient.invalidateQueries({ queryKey: quarantinesOptions().queryKey })}
        >
          <p>
            What rests on it goes on from where it stood, and submissions that name it are taken in again.
          </p>
        </WordedAct>
      ) : null}
    </li>
  );
};

/** Sources that people keep from doing harm, and what waits for that. */
export const QuarantinesPanel = () => {
  const { data, error, refetch } = useQuery(quarantinesOptions());
  const standing = data?.quarantines.filter(({ releasedAt }) => releasedAt === null).length ?? 0;
  return (
    <Panel title="Quarantined sources" isFlush aside={data ? `${standing}` : null}>
      <div className={styles['head']}>
        <p className="muted">Content from outside that tasks rest on: a page, a sender, a tool.</p>
        <QuarantineAct label="Quarantine a source…" />
      </div>
      {error && !data ? (
        <ErrorPanel
          title="The quarantines could not be loaded."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : !data ? (
        <SkeletonRows count={1} height={60} />
      ) : data.quarantines.length === 0 ? (
        <EmptyState title="No source is quarantined">
          A task that rests on content from outside says so, and a person looks at it first.
        </EmptyState>
      ) : (
        <ul className={styles['list']} aria-label="Quarantined sources">
          {data.quarantines.map((quarantine) => (
            <Row key={quarantine.id} quarantine={quarantine} />
          ))}
        </ul>
      )}
    </Panel>
  );
};
