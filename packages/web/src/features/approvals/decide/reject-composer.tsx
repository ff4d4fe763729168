import { Textarea } from '@mantine/core';
import { useId, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { formKeys } from '../../../components/form-keys.ts';
import { Kbd } from '../../../components/kbd.tsx';
import { useKeys } from '../../../components/use-keys.ts';
import { useSilentKeys } from '../../../components/use-silent-keys.ts';
import {
  fullReason,
  keepDraft,
  quickReasons,
  readDraft,
  reasonComplaint,
  type QuickReason,
} from './reject-reason.ts';
import { lateWords, useIsLate } from './use-is-late.ts';
import styles from './reject-composer.module.css';

export interface RejectComposerProps {
  readonly approvalId: string;
  readonly revision: number;
  readonly isSending: boolean;
  readonly onReject: (reason: string) => void;
  readonly onCancel: () => void;
}

/** Asks why, below the change itself, so that both can be read together. */
export const RejectComposer = ({
  approvalId,
  revision,
  isSending,
  onReject,
  onCancel,
}: RejectComposerProps) => {
  const [pick, setPick] = useState<QuickReason | null>(null);
  const [text, setText] = useState(() => readDraft(approvalId));
  const [isComplaining, setComplaining] = useState(false);
  const groupId = useId();
  const hintId = useId();
  const isLate = useIsLate(isSending);
  const complaint = reasonComplaint(text);
  // Keys of the page below would act on what is being written about.
  useSilentKeys();
  // Also while the change is being read again and the focus is elsewhere.
  useKeys('dialog', { Escape: onCancel });
  const submit = (): void => {
    setComplaining(true);
    if (complaint === null && !isSending) onReject(fullReason(pick, text));
  };
  return (
    <form className={styles['composer']} aria-label={`Reject rev ${revision}`} {...formKeys(submit)}>
      <div className={styles['picks']} role="group" aria-labelledby={groupId}>
        <span id={groupId} className={styles['label']}>
          Why not?
        </span>
        {quickReasons.map((reason) => (
          <button
            key={reason}
            type="button"
            className={styles['pick']}
            aria-pressed={pick === reason}
            onClick={() => setPick(pick === reason ? null : reason)}
          >
            {reason}
          </button>
        ))}
      </div>
      <Textarea
        aria-label="Reason"
        placeholder="What is wrong, and what would be right? The agent and the record get these words."
        autosize
        minRows={2}
        maxRows={6}
        autoFocus
        value={text}
        error={isComplaining && complaint !== null}
        attributes={{ input: { 'aria-describedby': hintId } }}
        onChange={(event) => {
          setText(event.currentTarget.value);
          keepDraft(approvalId, event.currentTarget.value);
        }}
      />
      <div className={styles['buttons']}>
        <Button
          type="submit"
          look="danger"
          size="large"
          after={<Kbd keys="Ctrl ↵" isOnPrimary />}
          aria-keyshortcuts="Control+Enter Meta+Enter"
          isBusy={isSending}
        >
          {isSending ? 'Sending…' : `Reject rev ${revision}`}
        </Button>
        <Button size="large" look="quiet" after={<Kbd keys="Esc" />} onClick={onCancel}>
          Back
        </Button>
        <span
          id={hintId}
          className={styles['hint']}
          data-wrong={(isComplaining && complaint !== null) || undefined}
        >
          {isLate ? lateWords : (complaint ?? 'Goes to the agent and the record. Nothing runs.')}
        </span>
      </div>
    </form>
  );
};
