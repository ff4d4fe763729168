import {
  IconAlertTriangle,
  IconCircleX,
  IconHourglassEmpty,
  IconSlash,
  IconUserQuestion,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { formatClock } from '../../components/duration.ts';
import { Notice } from '../../components/notice.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { HoldWords } from '../../vocabulary/hold-words.tsx';
import { isCancelling } from '../../vocabulary/task-status.tsx';
import { retryAdvice } from '../../vocabulary/retry-advice.ts';
import { isUnplannedGoal, NotPlanned } from './not-planned.tsx';
import type { TaskDetail } from './task-detail.ts';
import styles from './task-outcome.module.css';

const Failed = ({ error, advice }: { error: NonNullable<TaskDetail['error']>; advice: string }) => (
  <Notice tone="red" icon={<IconAlertTriangle size={17} stroke={1.8} />}>
    <p>
      <b>
        <VisibleText text={error.message} />
      </b>
    </p>
    <p>
      <code>{error.code}</code>
      {error.stepName ? (
        <>
          {' in '}
          <VisibleText text={error.stepName} />
        </>
      ) : null}
      . {advice}
    </p>
    {error.faults.length > 0 ? (
      <ul>
        {error.faults.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            <code>
              <VisibleText text={path} />
            </code>{' '}
            <VisibleText text={message} />
          </li>
        ))}
      </ul>
    ) : null}
  </Notice>
);

type Review = NonNullable<TaskDetail['approval']>['reviews'][number];

const Rejected = ({ review: { reviewer, comment } }: { review: Review }) => (
  <Notice tone="red" icon={<IconCircleX size={17} stroke={1.8} />}>
    <p>
      <b>
        Rejected by <VisibleText text={reviewer.name} />
        {comment ? ':' : '.'}
      </b>{' '}
      {comment ? (
        <>
          “<VisibleText text={comment} />”
        </>
      ) : null}
    </p>
  </Notice>
);

const Cancelling = ({ since }: { since: string }) => (
  <Notice tone="amber" icon={<IconSlash size={17} stroke={1.8} />}>
    <b>
      Cancelling since <time dateTime={since}>{formatClock(since)}</time>
    </b>
    ; what is in flight ends first.
  </Notice>
);

/** What a person must know first: why it failed, was rejected or is held, that it is ending, or waits for someone. */
export const TaskOutcome = ({ task }: { task: TaskDetail }) => {
  const { approval, cancelRequestedAt, error, hold, status } = task;
  if (cancelRequestedAt !== null && isCancelling(status, cancelRequestedAt)) {
    return <Cancelling since={cancelRequestedAt} />;
  }
  if (hold) {
    return (
      <Notice tone="amber" icon={<IconHourglassEmpty size={17} stroke={1.8} />}>
        <HoldWords hold={hold} />
      </Notice>
    );
  }
  const rejection = approval?.reviews.find(({ verdict }) => verdict === 'REJECT');
  if (rejection && status === 'REJECTED') return <Rejected review={rejection} />;
  if (isUnplannedGoal(task)) return <NotPlanned task={task} />;
  if (error && status !== 'RUNNING' && status !== 'QUEUED') {
    const isUndone = status === 'ROLLED_BACK';
    return <Failed error={error} advice={isUndone ? 'What was done is undone.' : retryAdvice(error)} />;
  }
  if (approval && (status === 'AWAITING_APPROVAL' || status === 'HELD')) {
    return (
      <Notice
        tone="violet"
        icon={<IconUserQuestion size={17} stroke={1.8} />}
        action={
          <Link
            to="/approvals/$id"
            params={{ id: approval.id }}
            className={styles['action'] ?? ''}
            data-size="small"
            data-look={approval.viewerCanApprove ? 'primary' : undefined}
          >
            {approval.viewerCanApprove ? 'Review and decide' : 'Open the request'}
          </Link>
        }
      >
        {status === 'HELD' ? (
          <b>Approved; it waits for the undo window to close.</b>
        ) : (
          <>
            <b>Waiting for a person.</b> {approval.given} of {approval.required}{' '}
            {approval.required === 1 ? 'approval' : 'approvals'} given for rev&nbsp;{approval.revision}.
          </>
        )}
      </Notice>
    );
  }
  return null;
};
