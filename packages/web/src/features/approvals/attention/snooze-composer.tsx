import { useQueryClient } from '@tanstack/react-query';
import { Button } from '../../../components/button.tsx';
import { Kbd } from '../../../components/kbd.tsx';
import { useKeys } from '../../../components/use-keys.ts';
import { useServerNow } from '../../../components/use-now.ts';
import { useSilentKeys } from '../../../components/use-silent-keys.ts';
import type { ApprovalDetail } from '../approval-detail.ts';
import styles from '../decide/reject-composer.module.css';
import { useSendWords } from '../decide/use-send-words.ts';
import { attentionOptions, snoozeTask } from './attention-data.ts';
import { snoozeTimes } from './snooze-times.ts';

/** Until when a request is out of one's own sight. Its time runs on. */
export const SnoozeComposer = ({
  approval,
  onSnoozed,
  onDone,
}: {
  approval: ApprovalDetail;
  onSnoozed: () => void;
  onDone: () => void;
}) => {
  const queryClient = useQueryClient();
  const nowMs = useServerNow();
  const { tell, isSending, complaint } = useSendWords(() => {
    void queryClient.invalidateQueries({ queryKey: attentionOptions(approval.id).queryKey });
    onDone();
    onSnoozed();
  });
  useSilentKeys();
  useKeys('dialog', { Escape: onDone });
  const times = snoozeTimes(nowMs, Date.parse(approval.expiresAt));
  return (
    <div className={styles['composer']} role="group" aria-label="Put it off">
      <div className={styles['picks']}>
        <span className={styles['label']}>Out of your sight for</span>
        {times.map(({ label, until }, index) => (
          <button
            key={label}
            type="button"
            className={styles['pick']}
            autoFocus={index === 0}
            aria-disabled={isSending || undefined}
            onClick={() => {
              if (isSending) return;
              const input = { taskId: approval.task.id, until: until.toISOString() };
              tell(async () => (await snoozeTask(input)).complaint);
            }}
          >
            {label}
          </button>
        ))}
      </div>
      <div className={styles['buttons']}>
        <Button size="large" look="quiet" after={<Kbd keys="Esc" />} onClick={onDone}>
          Back
        </Button>
        <span className={styles['hint']} data-wrong={complaint !== null || undefined} role="status">
          {complaint ??
            (times.length === 0
              ? 'It ends within minutes: there is no time to put it off.'
              : 'It comes back by itself, with a new revision, or when more people are asked. Others see it as before.')}
        </span>
      </div>
    </div>
  );
};
