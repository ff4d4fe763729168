import { Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { ActOutcome } from '../graphql/act-of.ts';
import { asRequestFailure } from '../graphql/request-error.ts';
import { ActForm } from './act-form.tsx';
import { Button, type ButtonProps } from './button.tsx';
import { Dialog } from './dialog.tsx';

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
  readonly act: (words: string) => Promise<ActOutcome>;
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
    onSuccess: ({ complaint }) => {
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
  const complaint =
    missing ?? doing.data?.complaint ?? (doing.error ? asRequestFailure(doing.error).message : null);
  return (
    <>
      <Button size={size} {...(look ? { look } : {})} icon={icon} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog title={title} isOpen={isOpen} onClose={close} width={520}>
        <ActForm
          verb={verb}
          isDanger={isDanger}
          isPending={doing.isPending}
          onAct={() => {
            setTried(true);
            if (words.trim().length >= leastWords) doing.mutate();
          }}
          onLeave={close}
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
        </ActForm>
      </Dialog>
    </>
  );
};
