import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { formatClock, formatDate, formatDuration } from '../../components/duration.ts';
import { CutText } from '../../components/cut-text.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import { eventTone } from './event-tone.ts';
import { taskEventsOptions, type TaskEvent } from './task-detail.ts';
import styles from './task-history.module.css';

const hasData = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && Object.keys(data).length > 0;

const Entry = ({ event, beforeMs }: { event: TaskEvent; beforeMs: number | null }) => {
  const sinceMs = beforeMs === null ? 0 : Date.parse(event.at) - beforeMs;
  return (
    <li className={styles['entry']} data-tone={eventTone(event.type)}>
      <span className={styles['dot']} aria-hidden />
      <time className={styles['time']} dateTime={event.at} title={formatDate(event.at)}>
        {formatClock(event.at)}
        {sinceMs >= 1 ? <span>+{formatDuration(sinceMs)}</span> : null}
      </time>
      <div className={styles['what']}>
        <CutText text={event.summary} />
        <div className={styles['meta']}>
          <code>{event.type}</code>
          {event.actor ? <PrincipalChip principal={event.actor} /> : null}
          {hasData(event.data) ? (
            <details className={styles['data']}>
              <summary>Details</summary>
              <JsonView value={event.data} label={`Details of ${event.type}`} />
            </details>
          ) : null}
        </div>
      </div>
    </li>
  );
};

const EventPage = ({
  taskId,
  after,
  beforeMs,
}: {
  taskId: string;
  /** The cursor of the page before; null for the first. */
  after: string | null;
  /** When the last event of the page before was. */
  beforeMs: number | null;
}) => {
  const [hasMore, setMore] = useState(false);
  const query = useQuery(taskEventsOptions(taskId, after));
  const events = query.data?.task?.events;
  if (!events) {
    return query.error ? (
      <ErrorPanel
        title="The history could not be loaded."
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows count={6} height={44} />
    );
  }
  const { nodes, pageInfo } = events;
  const lastMs = Date.parse(nodes.at(-1)?.at ?? '');
  return (
    <>
      <ol className={styles['history']}>
        {nodes.map((event, index) => {
          const before = nodes[index - 1];
          return <Entry key={event.seq} event={event} beforeMs={before ? Date.parse(before.at) : beforeMs} />;
        })}
      </ol>
      {!pageInfo.hasNextPage ? null : hasMore ? (
        <EventPage taskId={taskId} after={pageInfo.endCursor} beforeMs={lastMs} />
      ) : (
        <Button size="small" onClick={() => setMore(true)}>
          Show more
        </Button>
      )}
    </>
  );
};

/** Every fact about a task in the order in which it became true. */
export const TaskHistory = ({ taskId }: { taskId: string }) => (
  <EventPage taskId={taskId} after={null} beforeMs={null} />
);
