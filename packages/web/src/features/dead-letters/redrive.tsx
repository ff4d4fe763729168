import { Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ActForm, ActResult } from '../../components/act-form.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { refetchAfter } from '../../live/updates.ts';
import { shortId } from '../../vocabulary/short-id.ts';
import styles from './dead-letters.module.css';
import { keyOf, redriveSteps, type DeadLetter, type Redriven } from './dead-letters-data.ts';

const stepsWords = (many: number): string => (many === 1 ? '1 step' : `${many} steps`);

/** What became of each; those that were refused first, for they are still to be looked at. */
export const RedriveResults = ({ results }: { results: readonly Redriven[] }) => {
  const refused = results.filter(({ complaint }) => complaint !== null);
  const tried = results.filter(({ complaint }) => complaint === null);
  return (
    <div role="status">
      <p>
        {stepsWords(tried.length)} tried anew
        {refused.length > 0 ? `, ${refused.length} not.` : '.'}
      </p>
      <ul className={styles['results']}>
        {[...refused, ...tried].map(({ letter, complaint }) => (
          <li key={keyOf(letter)} data-refused={complaint !== null || undefined}>
            <b>
              <VisibleText text={letter.step} />
            </b>{' '}
            of{' '}
            <Link to="/tasks/$id" params={{ id: letter.taskId }} className="in-text" title={letter.taskId}>
              task <code>{shortId(letter.taskId)}</code>
            </Link>
            : <VisibleText text={complaint ?? 'tried anew'} />
          </li>
        ))}
      </ul>
    </div>
  );
};

/** A button, and a dialog that asks why it would go well now, and then says what became of each step. */
export const Redrive = ({ letters, onDone }: { letters: readonly DeadLetter[]; onDone: () => void }) => {
  const queryClient = useQueryClient();
  // What is tried is what was chosen when the dialog opened, whatever the list shows by now.
  const [chosen, setChosen] = useState<readonly DeadLetter[]>([]);
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const doing = useMutation({
    mutationFn: () => redriveSteps(chosen, reason.trim()),
    networkMode: 'always',
    retry: false,
    onSuccess: () => {
      onDone();
      refetchAfter(queryClient, 'step.retried');
    },
  });
  const close = (): void => {
    setOpen(false);
    setReason('');
    setTried(false);
    doing.reset();
  };
  const missing = isTried && reason.trim() === '' ? 'The record needs a few words.' : null;
  const complaint = missing ?? (doing.error ? asRequestFailure(doing.error).message : null);
  return (
    <>
      <Button
        look="primary"
        size="small"
        aria-disabled={letters.length === 0}
        onClick={() => {
          setChosen(letters);
          setOpen(true);
        }}
      >
        {letters.length === 0 ? 'Try anew…' : `Try ${letters.length} anew…`}
      </Button>
      <Dialog title={`Try ${stepsWords(chosen.length)} anew`} isOpen={isOpen} onClose={close} width={520}>
        {doing.data ? (
          <ActResult close="Close" onClose={close}>
            <RedriveResults results={doing.data} />
          </ActResult>
        ) : (
          <ActForm
            verb="Try anew"
            isPending={doing.isPending}
            onAct={() => {
              setTried(true);
              if (reason.trim() !== '') doing.mutate();
            }}
            onLeave={close}
          >
            <p>
              Each gets as many attempts as at first, under the same plan and the same approval, and its run
              goes on from there. Where the cause is still there, it comes back here.
            </p>
            <Textarea
              label="Why it would go well now"
              autosize
              minRows={2}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              error={complaint}
            />
          </ActForm>
        )}
      </Dialog>
    </>
  );
};
