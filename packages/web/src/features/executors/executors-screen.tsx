import { useQuery } from '@tanstack/react-query';
import { AsOf } from '../../components/as-of.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { AlertsList } from './alerts-list.tsx';
import { ExecutorCard } from './executor-card.tsx';
import { executorsOptions } from './executors-data.ts';
import styles from './executors.module.css';

/** Every platform that tasks act on: how it does, and what an operator says of it. */
export const ExecutorsScreen = () => {
  const { data, error, refetch } = useQuery(executorsOptions());
  const executors = data?.health.executors ?? [];
  const total = executors.reduce((sum, { load }) => sum + load.waiting + load.held + load.running, 0);
  return (
    <Page title="Executors" width={1440} aside={data ? <AsOf at={data.health.asOf} /> : null}>
      {executors.some(({ viewerCanControl }) => !viewerCanControl) ? (
        <p className="muted">Only an operator can open, drain or close a platform.</p>
      ) : null}
      <AlertsList />
      {error && !data ? (
        <ErrorPanel title="The executors could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <ul className={styles['cards']}>
          {executors.map((executor) => (
            <ExecutorCard key={executor.platform} executor={executor} total={total} />
          ))}
        </ul>
      ) : (
        <SkeletonRows count={4} height={200} />
      )}
    </Page>
  );
};
