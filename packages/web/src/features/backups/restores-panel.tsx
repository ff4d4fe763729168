import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ActDialog } from '../../components/act-dialog.tsx';
import { formatDate } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { WordedAct } from '../../components/worded-act.tsx';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import {
  approveRestore,
  discardRestore,
  isOpen,
  isRestoring,
  restoresOptions,
  type Restore,
} from './backups-data.ts';
import entries from '../../components/entries.module.css';
import styles from './backups.module.css';

const looks: Readonly<Record<Restore['state'], { readonly tone: Tone; readonly words: string }>> = {
  AWAITING_APPROVAL: { tone: 'amber', words: 'Waits for a second person' },
  STAGED: { tone: 'grey', words: 'Waits for a worker' },
  APPLYING: { tone: 'blue', words: 'Restoring' },
  VALIDATING: { tone: 'blue', words: 'Checking' },
  COMPLETE: { tone: 'green', words: 'Ready in quarantine' },
  FAILED: { tone: 'red', words: 'Failed' },
  DISCARDED: { tone: 'grey', words: 'Discarded' },
};

const useRefresh = () => {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: restoresOptions().queryKey });
};

const Approve = ({ restore }: { restore: Restore }) => {
  const refresh = useRefresh();
  return (
    <ActDialog
      label="Approve"
      title="Restore this backup beside what runs?"
      verb="Approve it"
      act={() => approveRestore({ id: restore.id })}
      onDone={() => void refresh()}
    >
      <p>
        {restore.askedBy?.name ?? 'Somebody'} asks for the backup <code>{restore.backupId}</code>, because:{' '}
        <VisibleText text={restore.reason} />
      </p>
      <p>
        It goes into a home and a database of its own, checked, stopped and untouched by what runs. Only the
        operator of the machine can then switch to it.
      </p>
    </ActDialog>
  );
};

const Discard = ({ restore }: { restore: Restore }) => (
  <WordedAct
    label="Discard"
    title="Discard this restore?"
    verb="Discard it"
    isDanger
    wordsLabel="Why"
    leastWords={10}
    act={(reason) => discardRestore({ id: restore.id, reason })}
    onAnswered={useRefresh()}
  >
    <p>Its quarantine is removed with all that is in it. What runs and the backup itself are untouched.</p>
  </WordedAct>
);

const RestoreRow = ({ restore }: { restore: Restore }) => {
  const { id, backupId, state, progress, reason, at, approvesBy, location, rows, notes, error } = restore;
  const { tone, words } = looks[state];
  return (
    <li data-disabled={isOpen(restore) ? undefined : true}>
      <div className={entries['who']}>
        <p className={entries['name']}>
          <time dateTime={at}>{formatDate(at)}</time>
          <Pill tone={tone}>{words}</Pill>
        </p>
        <p>
          <VisibleText text={reason} />
        </p>
        {error === null ? null : (
          <p className={styles['error']}>
            <VisibleText text={error} />
          </p>
        )}
        {notes.map((note) => (
          <p key={note} className={entries['facts']}>
            <VisibleText text={note} />
          </p>
        ))}
        <p className={entries['facts']}>
          {rows === null ? null : `${rows.toLocaleString('en')} rows of `}
          {rows === null ? 'Backup ' : 'backup '}
          <code>{backupId}</code>
          {state === 'AWAITING_APPROVAL' ? `, to be approved by ${formatDate(approvesBy)}` : null}
        </p>
        {state === 'COMPLETE' ? (
          <>
            <p className={entries['facts']}>
              In <VisibleText text={location ?? ''} />. To go on from it, stop the server and, on its machine:
            </p>
            <pre className={styles['command']}>
              <code>{`countersign restore switch ${id}`}</code>
            </pre>
          </>
        ) : null}
      </div>
      <div className={styles['aside']}>
        {isRestoring(restore) ? (
          <progress aria-label={words} value={progress} max={100}>
            {progress} %
          </progress>
        ) : null}
        {restore.askedBy ? <PrincipalChip principal={restore.askedBy} /> : null}
        {restore.approvedBy ? <PrincipalChip principal={restore.approvedBy} /> : null}
        {restore.viewerCanApprove ? <Approve restore={restore} /> : null}
        {isOpen(restore) ? <Discard restore={restore} /> : null}
      </div>
    </li>
  );
};

/** What people asked to be restored beside what runs; nothing where nobody ever did. */
export const RestoresPanel = () => {
  const { data, error, refetch } = useQuery(restoresOptions());
  if (error && !data)
    return (
      <ErrorPanel title="The restores could not be loaded." error={error} onRetry={() => void refetch()} />
    );
  const restores = data?.restores ?? [];
  return restores.length === 0 ? null : (
    <Panel title="Restored beside what runs" isFlush>
      <ul className={entries['list']} aria-label="Restores, the newest first">
        {restores.map((restore) => (
          <RestoreRow key={restore.id} restore={restore} />
        ))}
      </ul>
    </Panel>
  );
};
