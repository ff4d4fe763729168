import { useQueryClient } from '@tanstack/react-query';
import { IconArrowBackUp, IconCircleCheck, IconCircleX, IconX, type Icon } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { DrainingBar } from '../../../components/draining-bar.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { Kbd } from '../../../components/kbd.tsx';
import { useFineServerNow } from '../../../components/use-now.ts';
import { useKeys } from '../../../components/use-keys.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import { approvalDetailOptions } from '../approval-detail.ts';
import type { DecisionAct } from './decide.ts';
import { useSentDecisions } from './sent-decisions.tsx';
import { readNote, type DecisionNote, type NoteReading } from './decision-note.ts';
import styles from './decision-line.module.css';

const icons: Readonly<Record<DecisionAct, Icon>> = {
  approve: IconCircleCheck,
  reject: IconCircleX,
  withdraw: IconArrowBackUp,
};

interface NoteProps {
  readonly note: DecisionNote;
  readonly reading: NoteReading;
  readonly isLatest: boolean;
  readonly nowMs: number;
}

const Note = ({ note, reading, isLatest, nowMs }: NoteProps) => {
  const sentDecisions = useSentDecisions();
  const { act, subject } = note;
  const ActIcon = icons[act];
  return (
    <li className={styles['note']}>
      <ActIcon size={18} stroke={1.8} className={styles['icon']} data-act={act} aria-hidden />
      <div className={styles['words']}>
        <p className={styles['what']}>
          <VisibleText text={reading.words} />
        </p>
        <p className={styles['title']}>
          <VisibleText text={subject.title} />
        </p>
      </div>
      {reading.canUndo ? (
        <Button
          size="small"
          icon={<IconArrowBackUp size={14} aria-hidden />}
          after={isLatest ? <Kbd keys="Z" /> : undefined}
          isBusy={sentDecisions.isSending(subject.approvalId)}
          onClick={() => void sentDecisions.decide('withdraw', subject)}
        >
          Undo
        </Button>
      ) : (
        <IconButton label="Dismiss" onClick={() => sentDecisions.dismiss(note)}>
          <IconX size={14} aria-hidden />
        </IconButton>
      )}
      {reading.runsAtMs === null ? null : (
        <DrainingBar fromMs={note.shownFromMs} untilMs={reading.runsAtMs} nowMs={nowMs} />
      )}
    </li>
  );
};

interface ShownNote {
  readonly note: DecisionNote;
  readonly reading: NoteReading;
}

const useShownNotes = (): readonly ShownNote[] => {
  const sentDecisions = useSentDecisions();
  const queryClient = useQueryClient();
  const nowMs = useFineServerNow();
  // Live updates keep what was on screen new, also when it no longer is.
  const told = sentDecisions.notes.map((note) => {
    const { queryKey } = approvalDetailOptions(note.subject.approvalId);
    const live = queryClient.getQueryData(queryKey)?.approval;
    return { note, reading: readNote(note, nowMs, live ?? undefined, live?.task) };
  });
  const over = told.find(({ reading }) => nowMs >= reading.shownUntilMs)?.note;
  useEffect(() => {
    if (over) sentDecisions.dismiss(over);
  }, [over, sentDecisions]);
  const latest = told.findLast(({ reading }) => reading.canUndo)?.note;
  useKeys(
    'global',
    {
      z: () => {
        if (latest && !sentDecisions.isSending(latest.subject.approvalId))
          void sentDecisions.decide('withdraw', latest.subject);
      },
    },
    latest !== undefined,
  );
  return told;
};

/** The latest decision in one line, the others behind a press: none of them covers what is to be decided next. */
export const DecisionLine = () => {
  const sentDecisions = useSentDecisions();
  const nowMs = useFineServerNow();
  const told = useShownNotes();
  const [isExpanded, setExpanded] = useState(false);
  // The bar below the request itself says it already, and has the button.
  const isSaid = ({ act, subject }: DecisionNote): boolean =>
    act !== 'withdraw' && subject.approvalId === sentDecisions.reviewedId;
  const shown = told.filter(({ note }) => !isSaid(note));
  const latest = shown.at(-1)?.note;
  const undoable = told.findLast(({ reading }) => reading.canUndo)?.note;
  return (
    <>
      <ul className={styles['list']} data-expanded={isExpanded || undefined} aria-label="Your decisions">
        {told.map(({ note, reading }) => {
          const key = `${note.subject.approvalId}-${note.shownFromMs}`;
          return note === latest || (isExpanded && !isSaid(note)) ? (
            <Note key={key} note={note} reading={reading} isLatest={note === undoable} nowMs={nowMs} />
          ) : (
            <li key={key} className="visually-hidden">
              {reading.words}
            </li>
          );
        })}
      </ul>
      {shown.length > 1 ? (
        <button
          type="button"
          className={styles['more']}
          aria-expanded={isExpanded}
          onClick={() => setExpanded(!isExpanded)}
        >
          {isExpanded ? 'Show one' : `${shown.length - 1} more`}
        </button>
      ) : null}
    </>
  );
};
