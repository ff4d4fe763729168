import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { verifyEntry, verifyTask, type AuditEntry } from './audit-data.ts';
import styles from './audit.module.css';
import { canVerify, type Finding } from './verify-evidence.ts';

const entriesIn = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'}`;

const Found = ({ finding }: { finding: Finding }) =>
  finding.ok ? (
    <Notice tone="green" icon={<IconShieldCheck size={16} />}>
      Verified in this browser: {entriesIn(finding.entries)}
      {finding.exhibits > 0 ? ` and ${finding.exhibits} documents that they name` : ''}, against the signed
      tree of {entriesIn(finding.size)}.
    </Notice>
  ) : (
    <Notice tone="red" icon={<IconAlertTriangle size={16} />} isUrgent>
      Not verified. <VisibleText text={finding.message} />
    </Notice>
  );

/** Checks an entry, or all of its task, without trusting the server's word for it. */
export const Verification = ({ entry, publicKey }: { entry: AuditEntry; publicKey: string }) => {
  const { mutate, data, error, isPending, variables } = useMutation({
    networkMode: 'always',
    retry: false,
    mutationFn: (taskId: string | null) =>
      taskId === null ? verifyEntry(entry.seq, publicKey) : verifyTask(taskId, publicKey),
  });
  if (!canVerify()) return <p className="muted">Browsers check signatures over https alone.</p>;
  const { taskId } = entry;
  return (
    <>
      <div className={styles['acts']}>
        <Button size="small" isBusy={isPending && variables === null} onClick={() => mutate(null)}>
          Verify this entry
        </Button>
        {taskId === null ? null : (
          <>
            <Button size="small" isBusy={isPending && variables !== null} onClick={() => mutate(taskId)}>
              Verify its task
            </Button>
            <a className="in-text" href={`/audit/evidence/${taskId}`} download>
              Download the evidence
            </a>
          </>
        )}
      </div>
      {error ? <ErrorPanel title="The proof could not be loaded." error={error} /> : null}
      {data ? <Found finding={data} /> : null}
    </>
  );
};
