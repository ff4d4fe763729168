import { Textarea } from '@mantine/core';
import { IconMessageQuestion, IconPencil, IconPencilQuestion, IconUserPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Notice } from '../../../components/notice.tsx';
import { VisibleText } from '../../../components/visible-text.tsx';
import type { ApprovalDetail } from '../approval-detail.ts';
import { sendAnswer } from '../decide/conversation.ts';
import { useSendWords } from '../decide/use-send-words.ts';
import { CameBack } from './came-back.tsx';
import { TargetMoved } from './target-moved.tsx';
import styles from './conversation.module.css';

type Question = ApprovalDetail['questions'][number];

const Answer = ({ approval, question }: { approval: ApprovalDetail; question: Question }) => {
  const [text, setText] = useState('');
  const { tell, isSending, complaint } = useSendWords(() => setText(''));
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSending) tell(() => sendAnswer(approval.task.id, question.id, text.trim()));
      }}
    >
      <Textarea
        label="Your answer"
        autosize
        minRows={2}
        maxRows={6}
        value={text}
        error={complaint}
        onChange={({ currentTarget: { value } }) => setText(value)}
      />
      <Button type="submit" isBusy={isSending}>
        Answer
      </Button>
    </form>
  );
};

/** What became of the revision before, what has to change, and what the requester was asked and said. */
export const Conversation = ({
  approval,
  viewerId,
}: {
  approval: ApprovalDetail;
  viewerId: string | undefined;
}) => {
  const { changesRequested, editedBy, lacksPeople, questions, revision, viewerCanAnswer } = approval;
  return (
    <section className={styles['conversation']} aria-label="Questions and changes">
      {lacksPeople === null ? null : (
        <Notice tone="amber" icon={<IconUserPlus size={17} stroke={1.8} />}>
          <VisibleText text={lacksPeople} /> An administrator adds people and gives them a sign-in link in{' '}
          <Link to="/settings/people" className="in-text">
            People and keys
          </Link>
          .
        </Notice>
      )}
      <TargetMoved approval={approval} />
      <CameBack approval={approval} viewerId={viewerId} />
      {editedBy ? (
        <Notice tone="neutral" icon={<IconPencil size={17} stroke={1.8} />}>
          <VisibleText text={editedBy.name} /> edited what was proposed: rev&nbsp;{revision} is what came of
          it.
        </Notice>
      ) : null}
      {changesRequested.map(({ id, comment, reviewer }) => (
        <Notice key={id} tone="amber" icon={<IconPencilQuestion size={17} stroke={1.8} />}>
          <VisibleText text={reviewer.name} /> asks for changes: <VisibleText text={comment ?? ''} />
        </Notice>
      ))}
      {questions.map((question) => (
        <Notice key={question.id} tone="neutral" icon={<IconMessageQuestion size={17} stroke={1.8} />}>
          <p>
            <VisibleText text={question.askedBy?.name ?? 'Somebody'} /> asks:{' '}
            <VisibleText text={question.question} />
          </p>
          {question.answer === null ? (
            viewerCanAnswer ? (
              <Answer approval={approval} question={question} />
            ) : (
              <p className="muted">No answer yet.</p>
            )
          ) : (
            <p>
              <VisibleText text={question.answeredBy?.name ?? 'The requester'} /> answers:{' '}
              <VisibleText text={question.answer} />
            </p>
          )}
        </Notice>
      ))}
    </section>
  );
};
