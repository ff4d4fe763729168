import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { formatAgo, formatDate, formatDuration } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { BackupRow } from './backup-row.tsx';
import { backupsOptions, isUnderWay, takeBackup, type BackupsState } from './backups-data.ts';
import { RestoreSteps } from './restore-steps.tsx';
import { RestoresPanel } from './restores-panel.tsx';
import entries from '../../components/entries.module.css';
import styles from './backups.module.css';

const rowHeightPx = 56;

const Take = ({ isBusy }: { isBusy: boolean }) => {
  const queryClient = useQueryClient();
  const taking = useMutation({
    mutationFn: takeBackup,
    networkMode: 'always',
    retry: false,
    onSettled: () => queryClient.invalidateQueries({ queryKey: backupsOptions().queryKey }),
  });
  const complaint = taking.data?.complaint ?? (taking.error ? asRequestFailure(taking.error).message : null);
  return (
    <>
      <p role="status" className={styles['complaint']}>
        {complaint === null ? '' : <VisibleText text={complaint} />}
      </p>
      <Button size="small" look="primary" isBusy={taking.isPending || isBusy} onClick={() => taking.mutate()}>
        Take one now
      </Button>
    </>
  );
};

const State = ({ state }: { state: BackupsState }) => {
  const { place, everyMs, keep, oldAfterMs, lastGoodAt, isOld } = state;
  const nowMs = useServerNow();
  return (
    <>
      {isOld ? (
        <Notice tone="red" icon={<IconAlertTriangle size={16} />} isUrgent>
          {lastGoodAt === null
            ? 'There is no good backup yet.'
            : `The newest good backup is older than ${formatDuration(oldAfterMs ?? 0)}.`}
        </Notice>
      ) : null}
      <Facts className={styles['facts']}>
        <Fact
          label="Newest good one"
          value={lastGoodAt === null ? 'None' : formatAgo(nowMs - Date.parse(lastGoodAt))}
        >
          {lastGoodAt === null ? 'of those the server took' : formatDate(lastGoodAt)}
        </Fact>
        <Fact
          label="Taken"
          value={everyMs === null ? 'When somebody asks' : `Every ${formatDuration(everyMs)}`}
        >
          {everyMs === null ? <code>backup.everyMs</code> : 'and when somebody asks'}
        </Fact>
        <Fact label="Kept" value={`The newest ${keep}`}>
          {oldAfterMs === null
            ? 'nobody is told of an old one'
            : `too old after ${formatDuration(oldAfterMs)}`}
        </Fact>
        <Fact label="Where" value={<VisibleText text={place} />} />
      </Facts>
    </>
  );
};

/** The backups that the installation takes by itself, and how one is restored. */
export const BackupsScreen = () => {
  const { data, error, refetch } = useQuery(backupsOptions());
  const state = data?.backups;
  return (
    <Page
      title="Backups"
      width={960}
      about="All that this installation keeps, as it was at one moment, signed and read back. Nothing stands still while one is taken."
    >
      {error && !state ? (
        <ErrorPanel title="The backups could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : state ? (
        <>
          <Panel title="How it stands" aside={<Take isBusy={state.runs.some(isUnderWay)} />}>
            <State state={state} />
          </Panel>
          <Panel title="Taken by the server" isFlush>
            {state.runs.length === 0 ? (
              <p className={entries['nothing']}>It has taken none yet.</p>
            ) : (
              <ul className={entries['list']} aria-label="Backups, the newest first">
                {state.runs.map((backup) => (
                  <BackupRow key={backup.id} backup={backup} canRestore={state.restoreFault === null} />
                ))}
              </ul>
            )}
          </Panel>
          <RestoresPanel />
          <RestoreSteps newest={state.runs.find(isGood)} fault={state.restoreFault} />
        </>
      ) : (
        <SkeletonRows count={6} height={rowHeightPx} />
      )}
    </Page>
  );
};

const isGood = ({ state, removedAt }: BackupsState['runs'][number]): boolean =>
  state === 'COMPLETE' && removedAt === null;
