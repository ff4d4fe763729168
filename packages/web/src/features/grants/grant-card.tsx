import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { GrantStatus } from '@countersign/shared';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { formatDate } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { WordedAct } from '../../components/worded-act.tsx';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import { TaskStatusMark } from '../../vocabulary/task-status.tsx';
import { ApproveAct } from './approve-act.tsx';
import { grantsOptions, historyOptions, resumeGrant, revokeGrant, type Grant } from './grants-data.ts';
import styles from './grants.module.css';

const looks: Readonly<Record<GrantStatus, { tone: Tone; word: string }>> = {
  PENDING: { tone: 'violet', word: 'Waits for a second person' },
  ACTIVE: { tone: 'green', word: 'Active' },
  SUSPENDED: { tone: 'amber', word: 'Suspended' },
  REVOKED: { tone: 'red', word: 'Revoked' },
  USED_UP: { tone: 'grey', word: 'Used up' },
  EXPIRED: { tone: 'grey', word: 'Expired' },
};

const History = ({ id }: { id: string }) => {
  const { data, error, refetch } = useQuery(historyOptions(id));
  if (error && !data)
    return (
      <ErrorPanel title="Its history could not be loaded." error={error} onRetry={() => void refetch()} />
    );
  if (!data) return <SkeletonRows count={2} height={28} />;
  const uses = data.grant?.history ?? [];
  if (uses.length === 0) return <p className="muted">It has let nothing through yet.</p>;
  return (
    <ol className={styles['history']} aria-label="What it let through">
      {uses.map(({ number, takes, at, task }) => (
        <li key={number}>
          <span className="muted">
            {takes === 1 ? `use ${number}` : `uses ${number - takes + 1} to ${number}`}
          </span>
          {task ? (
            <>
              <TaskStatusMark
                status={task.status}
                mode={task.mode}
                cancelRequestedAt={task.cancelRequestedAt}
              />
              <Link to="/tasks/$id" params={{ id: task.id }} className="in-text one-line">
                <VisibleText text={task.goal} />
              </Link>
            </>
          ) : null}
          <time className="muted" dateTime={at}>
            {formatDate(at)}
          </time>
        </li>
      ))}
    </ol>
  );
};

const Acts = ({ grant }: { grant: Grant }) => {
  const { id, viewerCanApprove, viewerCanResume, viewerCanRevoke, resumeAskedBy } = grant;
  const takesTwo = grant.required > 1;
  const queryClient = useQueryClient();
  const onAnswered = () => queryClient.invalidateQueries({ queryKey: grantsOptions().queryKey });
  return (
    <div className={styles['acts']}>
      {viewerCanApprove ? <ApproveAct id={id} onAnswered={onAnswered} /> : null}
      {viewerCanResume ? (
        <WordedAct
          label="Resume"
          title="Let the grant hold again"
          verb="Resume"
          wordsLabel="Why"
          act={(reason) => resumeGrant({ id, reason })}
          onAnswered={onAnswered}
        >
          <p>
            {takesTwo && !resumeAskedBy
              ? 'It takes two people: it stays suspended until a second one resumes it too.'
              : 'What it covers runs without asking people again.'}
          </p>
        </WordedAct>
      ) : null}
      {viewerCanRevoke ? (
        <WordedAct
          label="Revoke"
          title="Revoke the grant"
          verb="Revoke"
          isDanger
          wordsLabel="Why"
          act={(reason) => revokeGrant({ id, reason })}
          onAnswered={onAnswered}
        >
          <p>
            Nothing begins under it any more, and what it let through before is denied at its next step. What
            is done stays done. It cannot be taken back: another one is made.
          </p>
        </WordedAct>
      ) : null}
    </div>
  );
};

const Why = ({ grant }: { grant: Grant }) => {
  const { status, isBacked, suspendedReason, suspendedTaskId, whyNotResume, revokedBy, revokedReason } =
    grant;
  const { resumeAskedBy } = grant;
  if (status === 'SUSPENDED')
    return (
      <p>
        Suspended: {suspendedReason}.{' '}
        {suspendedTaskId ? (
          <Link to="/tasks/$id" params={{ id: suspendedTaskId }} className="in-text">
            See the task
          </Link>
        ) : null}
        {resumeAskedBy ? (
          <>
            <PrincipalChip principal={resumeAskedBy} /> would let it hold again: a second person has to as
            well.
          </>
        ) : null}
        {grant.viewerCanResume ? null : <span className="muted"> {whyNotResume}</span>}
      </p>
    );
  if (status === 'REVOKED')
    return (
      <p>
        {revokedBy ? <PrincipalChip principal={revokedBy} /> : null} revoked it:{' '}
        <VisibleText text={revokedReason ?? ''} />
      </p>
    );
  return isBacked ? null : <p>Who made it may not decide any more, so it covers nothing.</p>;
};

/** One grant: what it covers, where it stands, and what came of it. */
export const GrantCard = ({ grant }: { grant: Grant }) => {
  const [isOpen, setOpen] = useState(false);
  const { id, status, actionType, agent, environment, target, maxRisk, by, approvedBy } = grant;
  return (
    <li className={styles['card']} data-status={status} id={id}>
      <header>
        <code className={styles['target']}>
          <VisibleText text={target} />
        </code>
        <Pill tone={looks[status].tone}>{looks[status].word}</Pill>
        <Acts grant={grant} />
      </header>
      <p className={styles['scope']}>
        <code>{actionType}</code> of {agent ? <PrincipalChip principal={agent} /> : 'somebody'} in{' '}
        <EnvironmentPill environment={environment} />, up to {maxRisk.toLowerCase()} risk
      </p>
      <p className={styles['count']}>
        <b>
          {grant.remaining} of {grant.uses}
        </b>{' '}
        uses left · until <time dateTime={grant.expiresAt}>{formatDate(grant.expiresAt)}</time>
      </p>
      <p>
        {by ? <PrincipalChip principal={by} /> : null}
        {approvedBy ? (
          <>
            {' '}
            and <PrincipalChip principal={approvedBy} />
          </>
        ) : null}
        : <VisibleText text={grant.reason} />
      </p>
      <Why grant={grant} />
      <div>
        <Button size="small" look="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide what it let through' : `What it let through (${grant.taken})`}
        </Button>
        {isOpen ? <History id={id} /> : null}
      </div>
    </li>
  );
};
