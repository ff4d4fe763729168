import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button } from '../../../components/button.tsx';
import { formatClock, formatCountdown } from '../../../components/duration.ts';
import { Kbd } from '../../../components/kbd.tsx';
import { useKeys } from '../../../components/use-keys.ts';
import { useServerNow } from '../../../components/use-now.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import { refetchAfter } from '../../../live/updates.ts';
import {
  attentionOptions,
  unsnoozeTask,
  unwatchTask,
  watchTask,
  type AttentionOf,
} from './attention-data.ts';
import styles from './attention.module.css';
import { watchedOptions } from './watch-news.tsx';

/** What the clock did to a request that nobody decided, and what it does next. */
const ClockWords = ({ of }: { of: AttentionOf }) => {
  const nowMs = useServerNow();
  const { remindersSent, escalatedAt, escalateTo, nextTurnAt } = of;
  const leftMs = nextTurnAt === null ? 0 : Date.parse(nextTurnAt) - nowMs;
  const next = escalatedAt === null && escalateTo !== null ? `a reminder, or ${escalateTo}` : 'a reminder';
  return (
    <>
      {escalatedAt !== null && escalateTo !== null ? (
        <span>
          <b>
            <VisibleText text={escalateTo} />
          </b>{' '}
          may decide as well since {formatClock(escalatedAt)}.{' '}
        </span>
      ) : null}
      {remindersSent > 0 ? (
        <span>Reminded {remindersSent === 1 ? 'once' : `${remindersSent} times`}. </span>
      ) : null}
      {leftMs > 0 ? (
        <span>
          Without a decision, <VisibleText text={next} /> follows in {formatCountdown(leftMs)}.
        </span>
      ) : null}
    </>
  );
};

export interface AttentionProps {
  readonly id: string;
  readonly onSnooze: () => void;
  /** Null where it has one action alone, or is not this person's to decide now. */
  readonly onPart: (() => void) | null;
}

/** A person's own: to put it off, and to be told what becomes of it. */
export const Attention = ({ id, onSnooze, onPart }: AttentionProps) => {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const of = useQuery(attentionOptions(id)).data?.approval;
  const act = useMutation({
    mutationFn: (send: () => Promise<unknown>) => send(),
    networkMode: 'always',
    retry: false,
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: attentionOptions(id).queryKey });
      void queryClient.invalidateQueries({ queryKey: watchedOptions().queryKey });
      refetchAfter(queryClient, 'approval.reviewed');
    },
  });
  const isOpen = of?.status === 'PENDING';
  const isWatching = of?.task.viewerIsWatching ?? false;
  const snoozed = of?.viewerSnoozedUntil ?? null;
  const taskId = of?.task.id;
  const watch = (): void => {
    if (taskId) act.mutate(() => (isWatching ? unwatchTask : watchTask)({ taskId }));
  };
  const snooze = (): void => {
    if (snoozed === null) onSnooze();
    else if (taskId) act.mutate(() => unsnoozeTask({ taskId }));
  };
  useKeys('pane', {
    w: watch,
    ...(isOpen ? { h: snooze, d: () => void navigate({ to: '/settings/delegation' }) } : {}),
  });
  return (
    <div className={styles['strip']}>
      <p className={styles['words']}>
        {snoozed === null ? null : <b>Out of your sight until {formatClock(snoozed)}. </b>}
        {of && isOpen ? <ClockWords of={of} /> : null}
      </p>
      {of ? (
        <div className={styles['acts']}>
          {onPart ? (
            <Button size="small" look="quiet" onClick={onPart}>
              Approve part…
            </Button>
          ) : null}
          {isOpen ? (
            <Button size="small" look="quiet" after={<Kbd keys="H" />} aria-keyshortcuts="H" onClick={snooze}>
              {snoozed === null ? 'Snooze…' : 'Bring back'}
            </Button>
          ) : null}
          <Button
            size="small"
            look="quiet"
            after={<Kbd keys="W" />}
            aria-keyshortcuts="W"
            aria-pressed={isWatching}
            onClick={watch}
          >
            {isWatching ? 'Watching' : 'Watch'}
          </Button>
          {isOpen ? (
            <Button
              size="small"
              look="quiet"
              className={styles['wide'] ?? ''}
              after={<Kbd keys="D" />}
              aria-keyshortcuts="D"
              onClick={() => void navigate({ to: '/settings/delegation' })}
            >
              Delegate…
            </Button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
};
