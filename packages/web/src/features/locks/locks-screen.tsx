import { IconLockOpen } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatAge, formatDate } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { shortId } from '../../vocabulary/short-id.ts';
import styles from './locks.module.css';
import { keptBy, locksOptions, type Lock, type LockParty } from './locks-data.ts';

const Party = ({ party: { taskId, since }, nowMs }: { party: LockParty; nowMs: number }) => (
  <>
    {taskId === null ? (
      'a task of another tenant'
    ) : (
      <Link to="/tasks/$id" params={{ id: taskId }} className="in-text" title={taskId}>
        task <code>{shortId(taskId)}</code>
      </Link>
    )}{' '}
    <time className="muted" dateTime={since} title={formatDate(since)}>
      for {formatAge(Math.max(5_000, nowMs - Date.parse(since)))}
    </time>
  </>
);

const Holder = ({ lock, all, nowMs }: { lock: Lock; all: readonly Lock[]; nowMs: number }) => {
  if (lock.holder) {
    return (
      <p>
        Held by <Party party={lock.holder} nowMs={nowMs} />
      </p>
    );
  }
  const others = keptBy(lock, all);
  if (others.length === 0) return <p>Kept for who waits for it longest.</p>;
  return others.map(({ name, holder }) => (
    <p key={name}>
      <code>
        <VisibleText text={name} />
      </code>{' '}
      is held by {holder ? <Party party={holder} nowMs={nowMs} /> : null}
    </p>
  ));
};

const Waiting = ({ waiting, nowMs }: { waiting: Lock['waiting']; nowMs: number }) =>
  waiting.length === 0 ? (
    <p className="muted">Nobody waits.</p>
  ) : (
    <ol className={styles['waiting']} aria-label="Who waits, the next one first">
      {waiting.map((party, index) => (
        <li key={`${party.taskId} ${index}`}>
          <Party party={party} nowMs={nowMs} />
        </li>
      ))}
    </ol>
  );

/** What tasks have for themselves, since when, and who waits for whom. */
export const LocksScreen = () => {
  const { data, error, refetch } = useQuery(locksOptions());
  const nowMs = useServerNow();
  const locks = data?.locks ?? [];
  return (
    <Page
      title="Locks"
      width={1200}
      about="What a task changes is its own from before its first effect until it ends: a branch, a page, a file, a deployment. A task of which nobody knows what it did keeps it, until somebody has said what happened or releases it. Others that change the same wait for it, in the order in which they asked."
    >
      <Panel title="Held and waited for" isFlush aside={data ? `${locks.length}` : null}>
        {error && !data ? (
          <ErrorPanel title="The locks could not be loaded." error={error} onRetry={() => void refetch()} />
        ) : !data ? (
          <SkeletonRows count={4} height={60} />
        ) : locks.length === 0 ? (
          <EmptyState icon={<IconLockOpen size={22} />} title="Nothing is locked">
            No task that changes anything is under way.
          </EmptyState>
        ) : (
          <ul className={styles['list']} aria-label="Locks">
            {locks.map((lock) => (
              <li key={lock.name}>
                <p className={styles['name']}>
                  <code>
                    <VisibleText text={lock.name} />
                  </code>
                </p>
                <div>
                  <Holder lock={lock} all={locks} nowMs={nowMs} />
                </div>
                <div>
                  <Waiting waiting={lock.waiting} nowMs={nowMs} />
                </div>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </Page>
  );
};
