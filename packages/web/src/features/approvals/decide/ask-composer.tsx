import { Textarea } from '@mantine/core';
import { useId, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { formKeys } from '../../../components/form-keys.ts';
import { Kbd } from '../../../components/kbd.tsx';
import { useKeys } from '../../../components/use-keys.ts';
import { useSilentKeys } from '../../../components/use-silent-keys.ts';
import { sendChanges, sendQuestion } from './conversation.ts';
import type { DecidedOn } from './decide.ts';
import { keepDraft, readDraft, reasonComplaint } from './reject-reason.ts';
import styles from './reject-composer.module.css';
import { useSendWords } from './use-send-words.ts';

export interface AskComposerProps {
  readonly approvalId: string;
  readonly on: DecidedOn;
  readonly requester: string;
  readonly onDone: () => void;
}

/** Words to whoever asked: a question, or what has to change. The request stays open. */
export const AskComposer = ({ approvalId, on, requester, onDone }: AskComposerProps) => {
  const draft = `ask.${approvalId}`;
  const [text, setText] = useState(() => readDraft(draft));
  const [isComplaining, setComplaining] = useState(false);
  const hintId = useId();
  const { tell, isSending, complaint } = useSendWords(() => {
    keepDraft(draft, '');
    onDone();
  });
  useSilentKeys();
  useKeys('dialog', { Escape: onDone });
  const lack = reasonComplaint(text);
  const send = (how: () => Promise<string | null>): void => {
    setComplaining(true);
    if (lack === null && !isSending) tell(how);
  };
  const ask = (): void => send(() => sendQuestion(on.taskId, text.trim()));
  const wrong = complaint ?? (isComplaining ? lack : null);
  return (
    <form className={styles['composer']} aria-label={`Ask ${requester}`} {...formKeys(ask)}>
      <Textarea
        aria-label="What you want to know or changed"
        placeholder={`What do you want to know, or what has to change? ${requester} and the record get these words.`}
        autosize
        minRows={2}
        maxRows={6}
        autoFocus
        value={text}
        error={wrong !== null}
        attributes={{ input: { 'aria-describedby': hintId } }}
        onChange={({ currentTarget: { value } }) => {
          setText(value);
          keepDraft(draft, value);
        }}
      />
      <div className={styles['buttons']}>
        <Button
          type="submit"
          look="primary"
          size="large"
          after={<Kbd keys="Ctrl ↵" isOnPrimary />}
          aria-keyshortcuts="Control+Enter Meta+Enter"
          isBusy={isSending}
        >
          Ask
        </Button>
        <Button size="large" isBusy={isSending} onClick={() => send(() => sendChanges(on, text.trim()))}>
          Request changes of rev {on.revision}
        </Button>
        <Button size="large" look="quiet" after={<Kbd keys="Esc" />} onClick={onDone}>
          Back
        </Button>
        <span id={hintId} className={styles['hint']} data-wrong={wrong !== null || undefined} role="status">
          {wrong ?? 'It stays open. While changes are asked for, nobody approves it.'}
        </span>
      </div>
    </form>
  );
};
