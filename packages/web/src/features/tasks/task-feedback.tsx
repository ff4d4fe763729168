import { Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FeedbackOutcome } from '@countersign/shared';
import type { ResultOf } from 'gql.tada';
import { useState } from 'react';
import { ActForm } from '../../components/act-form.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { formatDate } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import styles from './task-feedback.module.css';

const TaskFeedback = graphql(`
  query TaskFeedback($id: ID!) {
    task(id: $id) {
      id
      viewerCanGiveFeedback
      feedback {
        id
        outcome
        executionQuality
        notes
        learningPoints
        isOwn
        at
        by {
          id
          type
          name
        }
        earlier {
          id
          outcome
          executionQuality
          at
        }
      }
    }
  }
`);

type Said = NonNullable<ResultOf<typeof TaskFeedback>['task']>['feedback'][number];

const feedbackOptions = (id: string) =>
  documentOptions(TaskFeedback, { id }, { isRefetchedWhenMentioned: true });

const recordFeedback = actOf(
  graphql(`
    mutation RecordFeedback($input: RecordFeedbackInput!) {
      recordFeedback(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

const outcomeWords: Readonly<Record<FeedbackOutcome, string>> = {
  SUCCESS: 'What was wanted',
  MODIFIED: 'Changed afterwards',
  FAILURE: 'Not what was wanted',
};
const outcomes = (['SUCCESS', 'MODIFIED', 'FAILURE'] as const).map((value) => ({
  value,
  label: outcomeWords[value],
}));
const ratings = ['1', '2', '3', '4', '5'].map((value) => ({ value, label: value }));

const Item = ({
  said: { by, outcome, executionQuality, notes, learningPoints, isOwn, at, earlier },
}: {
  said: Said;
}) => (
  <li>
    <p className={styles['line']}>
      {by ? <PrincipalChip principal={by} /> : null}
      <b>
        {executionQuality} of 5 · {outcomeWords[outcome]}
      </b>
      {isOwn ? <span className="muted">of their own work: it counts where it finds fault</span> : null}
      <time className="muted" dateTime={at}>
        {formatDate(at)}
      </time>
    </p>
    {notes ? (
      <p>
        <VisibleText text={notes} />
      </p>
    ) : null}
    {learningPoints.length > 0 ? (
      <ul className={styles['points']}>
        {learningPoints.map((point, index) => (
          <li key={index}>
            <VisibleText text={point} />
          </li>
        ))}
      </ul>
    ) : null}
    {earlier.map((one) => (
      <p key={one.id} className="muted">
        before: {one.executionQuality} of 5 · {outcomeWords[one.outcome]}, {formatDate(one.at)}
      </p>
    ))}
  </li>
);

/** Asks what it came to, and says what follows. */
const GiveFeedback = ({ taskId, isAgain }: { taskId: string; isAgain: boolean }) => {
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [rating, setRating] = useState('4');
  const [outcome, setOutcome] = useState<FeedbackOutcome>('SUCCESS');
  const [notes, setNotes] = useState('');
  const giving = useMutation({
    mutationFn: () =>
      recordFeedback({ taskId, outcome, executionQuality: Number(rating), notes: notes.trim() || null }),
    networkMode: 'always',
    retry: false,
    onSuccess: ({ complaint }) => {
      if (complaint === null) close();
      return queryClient.invalidateQueries({ queryKey: feedbackOptions(taskId).queryKey });
    },
  });
  const close = (): void => {
    setOpen(false);
    giving.reset();
  };
  const complaint = giving.data?.complaint ?? (giving.error ? asRequestFailure(giving.error).message : null);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {isAgain ? 'Say it anew…' : 'Give feedback…'}
      </Button>
      <Dialog title="What did it come to?" isOpen={isOpen} onClose={close} width={520}>
        <ActForm verb="Record it" isPending={giving.isPending} onAct={() => giving.mutate()} onLeave={close}>
          <Segmented
            label="Outcome"
            value={outcome}
            options={outcomes}
            onChange={(next) => setOutcome(outcomes.find(({ value }) => value === next)?.value ?? outcome)}
          />
          <Segmented
            label="How well it was done, 1 to 5"
            value={rating}
            options={ratings}
            onChange={setRating}
          />
          <Textarea
            label="In your words"
            autosize
            minRows={2}
            value={notes}
            onChange={(event) => setNotes(event.currentTarget.value)}
            error={complaint}
          />
          <p className="muted">
            It moves the quality score of what this agent submits next; 1 or 2 counts as a fault and suspends
            standing grants that it ran under.
          </p>
        </ActForm>
      </Dialog>
    </>
  );
};

/** What people and the agent say of what a task came to. */
export const TaskFeedbackPanel = ({ taskId }: { taskId: string }) => {
  const { data, error, refetch } = useQuery(feedbackOptions(taskId));
  if (error && !data)
    return <ErrorPanel title="Feedback could not be loaded." error={error} onRetry={() => void refetch()} />;
  const task = data?.task;
  if (!task || (task.feedback.length === 0 && !task.viewerCanGiveFeedback)) return null;
  return (
    <section className={styles['feedback']} aria-label="Feedback">
      <header>
        <h2>Feedback</h2>
        {task.viewerCanGiveFeedback ? (
          <GiveFeedback taskId={taskId} isAgain={task.feedback.length > 0} />
        ) : null}
      </header>
      {task.feedback.length === 0 ? (
        <p className="muted">Nobody has said yet what it came to.</p>
      ) : (
        <ul className={styles['list']}>
          {task.feedback.map((said) => (
            <Item key={said.id} said={said} />
          ))}
        </ul>
      )}
    </section>
  );
};
