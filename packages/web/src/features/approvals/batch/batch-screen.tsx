import { IconChecks } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ErrorPanel } from '../../../components/error-panel.tsx';
import { Page } from '../../../components/page.tsx';
import { Panel } from '../../../components/panel.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { BatchBar } from './batch-bar.tsx';
import { batchOptions } from './batch-data.ts';
import { BatchList } from './batch-list.tsx';

const rowHeightPx = 84;

/** Several requests and one decision on all of them. */
export const BatchScreen = () => {
  const { ids } = useSearch({ strict: false });
  const { data, error, refetch } = useQuery(batchOptions());
  const [ticked, setTicked] = useState<ReadonlySet<string>>(() => new Set(ids?.split(',')));
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [inTheWay, setInTheWay] = useState<ReadonlyMap<string, string>>(new Map());
  const onSeen = useCallback(
    (id: string) => setSeen((all) => (all.has(id) ? all : new Set(all).add(id))),
    [],
  );
  const rows = data?.approvals.nodes ?? [];
  // What was decided elsewhere is chosen no more.
  const chosen = rows.filter(({ id }) => ticked.has(id));
  return (
    <Page
      title="Decide together"
      width={1040}
      about="What waits for you, with one decision on what you choose: all of it or nothing. What is of high risk or cannot be undone is approved by itself."
    >
      <Panel title="Waiting for you" isFlush>
        {error && !data ? (
          <ErrorPanel
            title="The requests could not be loaded."
            error={error}
            onRetry={() => void refetch()}
          />
        ) : !data ? (
          <SkeletonRows count={4} height={rowHeightPx} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<IconChecks size={22} />} title="Nothing is waiting for you">
            New requests appear here by themselves.
          </EmptyState>
        ) : (
          <BatchList
            rows={rows}
            chosen={new Set(chosen.map(({ id }) => id))}
            complaints={inTheWay}
            onChoose={setTicked}
            onSeen={onSeen}
          />
        )}
      </Panel>
      {data?.approvals.pageInfo.hasNextPage ? (
        <p className="muted">The first 100 are shown. More come once these are decided.</p>
      ) : null}
      {data ? (
        // Also once all are decided: it says what came of them.
        <BatchBar chosen={chosen} seen={seen} onOutcome={({ inTheWay: found }) => setInTheWay(found)} />
      ) : null}
    </Page>
  );
};
