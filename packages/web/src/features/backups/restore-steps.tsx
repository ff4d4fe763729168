import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Backup } from './backups-data.ts';
import styles from './backups.module.css';

/** What somebody does at the machine, in its order. */
export const RestoreSteps = ({
  newest,
  fault,
}: {
  newest: Backup | undefined;
  /** Why it is the only way; null where it is not. */
  fault: string | null;
}) => (
  <Panel title="Restore one by hand">
    {fault === null ? null : (
      <Notice tone="neutral">
        <VisibleText text={fault} />
      </Notice>
    )}
    <ol className={styles['steps']}>
      <li>
        Into an empty home and an empty database, beside this one: nothing of what runs is touched.
        <pre>
          <code>
            <VisibleText
              text={`COUNTERSIGN_HOME=/srv/restored countersign restore ${newest?.location ?? 'FOLDER_OF_THE_BACKUP'} --key backup.pub`}
            />
          </code>
        </pre>
      </li>
      <li>
        Put the keys (<code>*.key</code>) back into that home: no backup has them.
      </li>
      <li>Stop this server, then start one on the restored home. It comes up under a global halt.</li>
      <li>
        Look at what ran after the backup on its platforms, cancel or resolve what is in doubt, and release
        the halt.
      </li>
    </ol>
  </Panel>
);
