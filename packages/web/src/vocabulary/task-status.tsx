import type { TaskMode, TaskStatus } from '@countersign/shared';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconBan,
  IconCircle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClockX,
  IconHourglassEmpty,
  IconPlayerPause,
  IconProgress,
  IconSlash,
  IconUserQuestion,
  type Icon,
} from '@tabler/icons-react';
import type { Tone } from '../components/pill.tsx';
import styles from './task-status.module.css';

interface Look {
  readonly icon: Icon;
  readonly tone: Tone;
  readonly word: string;
}

const looks: Readonly<Record<TaskStatus, Look>> = {
  PLANNING: { icon: IconCircleDashed, tone: 'cyan', word: 'Planning…' },
  AWAITING_APPROVAL: { icon: IconUserQuestion, tone: 'violet', word: 'Awaiting approval' },
  HELD: { icon: IconHourglassEmpty, tone: 'violet', word: 'Held for undo' },
  QUEUED: { icon: IconCircle, tone: 'grey', word: 'Queued' },
  RUNNING: { icon: IconProgress, tone: 'blue', word: 'Running' },
  PAUSED: { icon: IconPlayerPause, tone: 'amber', word: 'Paused' },
  SUCCEEDED: { icon: IconCircleCheck, tone: 'green', word: 'Succeeded' },
  FAILED: { icon: IconCircleX, tone: 'red', word: 'Failed' },
  ROLLED_BACK: { icon: IconArrowBackUp, tone: 'magenta', word: 'Rolled back' },
  NEEDS_ATTENTION: { icon: IconAlertTriangle, tone: 'orange', word: 'Needs attention' },
  DENIED: { icon: IconBan, tone: 'red', word: 'Denied by policy' },
  REJECTED: { icon: IconCircleX, tone: 'red', word: 'Rejected' },
  EXPIRED: { icon: IconClockX, tone: 'grey', word: 'Expired' },
  CANCELLED: { icon: IconSlash, tone: 'grey', word: 'Cancelled' },
};

/** A task that called no platform has not done what its goal says, however well it ended. */
const uncalledWords: Readonly<Record<TaskMode, string | null>> = {
  APPLY: null,
  PLAN: 'Planned only',
  NOOP: 'No-op passed',
};

/** Its end was asked for, and what is in flight ends first. */
export const isCancelling = (status: TaskStatus, cancelRequestedAt: string | null): boolean =>
  (status === 'RUNNING' || status === 'PAUSED') && cancelRequestedAt !== null;

/** In its own words where the task's mode calls no platform, its end was asked for, or something holds it. */
export const taskStatusWord = (
  status: TaskStatus,
  mode: TaskMode = 'APPLY',
  cancelRequestedAt: string | null = null,
  isHeld = false,
): string => {
  if (isCancelling(status, cancelRequestedAt)) return 'Cancelling';
  if (isHeld) return `${looks[status].word}, held`;
  return (status === 'SUCCEEDED' ? uncalledWords[mode] : null) ?? looks[status].word;
};

/** A status as icon, word and colour. */
export const TaskStatusMark = ({
  status,
  mode = 'APPLY',
  cancelRequestedAt = null,
  isHeld = false,
  size = 15,
}: {
  status: TaskStatus;
  mode?: TaskMode;
  cancelRequestedAt?: string | null;
  isHeld?: boolean;
  size?: number;
}) => {
  const { icon: StatusIcon, tone, word } = looks[status];
  const shown = taskStatusWord(status, mode, cancelRequestedAt, isHeld);
  return (
    <span className={styles['status']} data-tone={shown === word ? tone : 'grey'}>
      <StatusIcon size={size} stroke={1.9} aria-hidden />
      {shown}
    </span>
  );
};
