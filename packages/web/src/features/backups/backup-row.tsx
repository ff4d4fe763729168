import { formatDate } from '../../components/duration.ts';
import { Pill, type Tone } from '../../components/pill.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import type { Backup } from './backups-data.ts';
import { AskRestore } from './ask-restore.tsx';
import { isUnderWay } from './backups-data.ts';
import entries from '../../components/entries.module.css';
import styles from './backups.module.css';

const looks: Readonly<Record<Backup['state'], { readonly tone: Tone; readonly words: string }>> = {
  STAGED: { tone: 'grey', words: 'Waits for a worker' },
  APPLYING: { tone: 'blue', words: 'Writing' },
  VALIDATING: { tone: 'blue', words: 'Reading back' },
  COMPLETE: { tone: 'green', words: 'Verified' },
  FAILED: { tone: 'red', words: 'Failed' },
};

const sizeWords = (bytes: number): string =>
  bytes < 1_048_576 ? `${Math.ceil(bytes / 1_024)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;

export const BackupRow = ({ backup, canRestore }: { backup: Backup; canRestore: boolean }) => {
  const { id, state, progress, at, takenAt, location, sha256, rows, bytes, error, removedAt, by } = backup;
  const { tone, words } = looks[state];
  return (
    <li data-disabled={removedAt === null ? undefined : true}>
      <div className={entries['who']}>
        <p className={entries['name']}>
          <time dateTime={takenAt ?? at}>{formatDate(takenAt ?? at)}</time>
          <Pill tone={removedAt === null ? tone : 'grey'}>{removedAt === null ? words : 'Removed'}</Pill>
        </p>
        {error === null ? null : (
          <p className={styles['error']}>
            <VisibleText text={error} />
          </p>
        )}
        <p className={entries['facts']}>
          {rows === null || bytes === null
            ? null
            : `${rows.toLocaleString('en')} rows in ${sizeWords(bytes)}, `}
          <code>{id}</code>
        </p>
        {sha256 === null || removedAt !== null ? null : (
          <p className={entries['facts']}>
            <VisibleText text={location ?? ''} />
            {', SHA-256 '}
            <code title={sha256}>{sha256.slice(0, 16)}</code>
          </p>
        )}
      </div>
      <div className={styles['aside']}>
        {isUnderWay(backup) ? (
          <progress aria-label={words} value={progress} max={100}>
            {progress} %
          </progress>
        ) : null}
        {canRestore && state === 'COMPLETE' && removedAt === null ? <AskRestore backup={backup} /> : null}
        {by ? <PrincipalChip principal={by} /> : <span className="muted">By its time</span>}
      </div>
    </li>
  );
};
