import { Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { asRequestFailure } from '../graphql/request-error.ts';
import { Button, type ButtonProps } from './button.tsx';
import { Dialog } from './dialog.tsx';
import styles from './worded-act.module.css';

export interface WordedActProps extends Pick<ButtonProps, 'look' | 'size' | 'icon'> {
  /** On the button that opens it. */
  readonly label: string;
  readonly title: string;
  /** On the button that does it. */
  readonly verb: string;
  readonly isDanger?: boolean;
  /** What is asked for besides the consequence: why, or how one knows. */
  readonly wordsLabel: string;
  /** Of the words, at least. */
  readonly leastWords?: number;
  /** Null where it was done; why not otherwise. */
  readonly act: (words: string) => Promise<string | null>;
  /** Once it was answered. */
  readonly onAnswered: () => Promise<unknown>;
  /** What it does, and what it cannot. */
  readonly children: ReactNode;
}

/** A button, and a dialog that says what it does before it is done. It asks for words that the record keeps. */
export const WordedAct = ({ label, title, verb, act, onAnswered, children, ...props }: WordedActProps) => {
  const { look, size = 'small', icon, isDanger = false, wordsLabel, leastWords = 1 } = props;
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState('');
  const [isTried, setTried] = useState(false);
  const doing = useMutation({
    mutationFn: () => act(words.trim()),
    networkMode: 'always',
    retry: false,
    onSuccess: (complaint) => {
      if (complaint === null) close();
      return onAnswered();
    },
  });
  const close = (): void => {
    setOpen(false);
    setWords('');
    setTried(false);
    doing.reset();
  };
  const missing = isTried && words.trim().length < leastWords ? 'The record needs a few words.' : null;
  const complaint = missing ?? doing.data ?? (doing.error ? asRequestFailure(doing.error).message : null);
  return (
    <>
      <Button size={size} {...(look ? { look } : {})} icon={icon} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog title={title} isOpen={isOpen} onClose={close} width={520}>
        <form
          className={styles['form']}
          onSubmit={(event) => {
            event.preventDefault();
            setTried(true);
            if (words.trim().length >= leastWords) doing.mutate();
          }}
        >
          {children}
          <Textarea
            label={wordsLabel}
            autosize
            minRows={2}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
            error={complaint}
          />
          <div className={styles['buttons']}>
            <Button onClick={close}>Leave it</Button>
            <Button type="submit" look={isDanger ? 'danger' : 'primary'} isBusy={doing.isPending}>
              {doing.isPending ? 'Sending…' : verb}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
};
