import { Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { VisibleText } from '../../../components/visible-text.tsx';
import { asRequestFailure } from '../../../graphql/request-error.ts';
import { refetchAfter } from '../../../live/updates.ts';
import { reasonComplaint } from '../decide/reject-reason.ts';
import { decideTogether, type BatchOutcome, type BatchRow } from './batch-data.ts';
import { offerOf, unseenOf } from './batch-rules.ts';
import styles from './batch.module.css';

interface Press {
  readonly verdict: 'APPROVE' | 'REJECT';
  readonly rows: readonly BatchRow[];
}

const doneWords = (verdict: Press['verdict'], count: number, decoys: number): string => {
  const real = `${count - decoys} ${verdict === 'APPROVE' ? 'approved' : 'rejected'}.`;
  if (decoys === 0) return real;
  const were = decoys === 1 ? 'One was a decoy' : `${decoys} were decoys`;
  return verdict === 'APPROVE'
    ? `${real} ${were}: its change was not what its goal said. Look at the others once more; each can be taken back until it runs.`
    : `${real} ${were}, which you caught.`;
};

/** One reason for all, and the two presses. Nothing is sent of what has not been on screen. */
export const BatchBar = ({
  chosen,
  seen,
  onOutcome,
}: {
  chosen: readonly BatchRow[];
  seen: ReadonlySet<string>;
  onOutcome: (outcome: BatchOutcome) => void;
}) => {
  const queryClient = useQueryClient();
  const [comment, setComment] = useState('');
  const [lack, setLack] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const pressing = useMutation({
    mutationFn: ({ verdict, rows }: Press) => decideTogether(verdict, rows, comment),
    networkMode: 'always',
    retry: false,
    onSuccess: (outcome, { verdict, rows }) => {
      onOutcome(outcome);
      refetchAfter(queryClient, 'approval.reviewed');
      if (outcome.complaint !== null) return;
      setComment('');
      setDone(doneWords(verdict, rows.length, outcome.decoys));
    },
  });
  const { approved, rejected, approveLabel, rejectLabel } = offerOf(chosen);
  const unseen = unseenOf(approved, seen).length;
  const press = (verdict: Press['verdict'], rows: readonly BatchRow[]): void => {
    const missing = verdict === 'REJECT' ? reasonComplaint(comment) : null;
    setLack(missing);
    setDone(null);
    if (missing === null && rows.length > 0 && !pressing.isPending) pressing.mutate({ verdict, rows });
  };
  const complaint = pressing.error ? asRequestFailure(pressing.error).message : pressing.data?.complaint;
  return (
    <footer className={styles['bar']} aria-label="Decision on what is chosen">
      <Textarea
        label="One reason for all: needed to reject"
        autosize
        minRows={1}
        maxRows={4}
        value={comment}
        error={lack}
        onChange={({ currentTarget }) => setComment(currentTarget.value)}
      />
      <div className={styles['buttons']}>
        <Button
          look="primary"
          size="large"
          isBusy={pressing.isPending}
          aria-disabled={approved.length === 0 || unseen > 0}
          onClick={() => {
            if (unseen === 0) press('APPROVE', approved);
          }}
        >
          {approveLabel}
        </Button>
        <Button
          size="large"
          isBusy={pressing.isPending}
          aria-disabled={rejected.length === 0}
          onClick={() => press('REJECT', rejected)}
        >
          {rejectLabel}
        </Button>
        <span role="status" data-wrong={Boolean(complaint) || undefined} className={styles['status']}>
          {complaint ? (
            <VisibleText text={complaint} />
          ) : unseen > 0 ? (
            `${unseen} of them have not been on screen yet.`
          ) : (
            (done ?? 'All of them are decided, or none.')
          )}
        </span>
      </div>
    </footer>
  );
};
