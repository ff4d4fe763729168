import { IconArrowBackUp, IconCircleCheck, IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Button } from '../../components/button.tsx';
import { DrainingBar } from '../../components/draining-bar.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { useFineServerNow } from '../../components/use-now.ts';
import { useKeys } from '../../components/use-keys.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { useDecisionDesk } from './decision-desk.tsx';
import type { DecisionNote } from './decision-note.ts';
import styles from './decision-notes.module.css';

const Note = ({ note, isLatest }: { note: DecisionNote; isLatest: boolean }) => {
  const desk = useDecisionDesk();
  const nowMs = useFineServerNow();
  const isOver = nowMs >= note.shownUntilMs;
  useEffect(() => {
    if (isOver) desk.dismiss(note);
  }, [isOver, desk, note]);
  const secondsLeft = Math.max(0, Math.ceil((note.shownUntilMs - nowMs) / 1_000));
  const isSending = desk.isSending(note.subject.approvalId);
  return (
    <li className={styles['note']}>
      <IconCircleCheck size={18} stroke={1.8} className={styles['icon']} aria-hidden />
      <div className={styles['words']}>
        <p className={styles['what']}>
          {note.words}
          {note.undoUntilMs !== null && note.words === 'Approved.' ? ` Runs in ${secondsLeft} s.` : null}
        </p>
        <p className={styles['title']}>
          <VisibleText text={note.subject.title} />
        </p>
      </div>
      {note.undoUntilMs === null ? (
        <IconButton label="Dismiss" onClick={() => desk.dismiss(note)}>
          <IconX size={14} aria-hidden />
        </IconButton>
      ) : (
        <Button
          size="small"
          icon={<IconArrowBackUp size={14} aria-hidden />}
          after={isLatest ? <Kbd keys="Z" /> : undefined}
          isBusy={isSending}
          onClick={() => void desk.decide('withdraw', note.subject)}
        >
          Undo
        </Button>
      )}
      {note.undoUntilMs === null ? null : (
        <DrainingBar fromMs={note.shownFromMs} untilMs={note.undoUntilMs} nowMs={nowMs} />
      )}
    </li>
  );
};

/** What came of the last decisions, over whatever page is open; it takes no focus. */
export const DecisionNotes = () => {
  const desk = useDecisionDesk();
  const latest = desk.notes.findLast(({ undoUntilMs }) => undoUntilMs !== null);
  useKeys(
    'global',
    {
      z: () => {
        if (latest && !desk.isSending(latest.subject.approvalId))
          void desk.decide('withdraw', latest.subject);
      },
    },
    latest !== undefined,
  );
  return (
    <ul className={styles['notes']} aria-live="polite" aria-label="Your decisions">
      {desk.notes.map((note) => (
        <Note key={`${note.subject.approvalId}-${note.shownFromMs}`} note={note} isLatest={note === latest} />
      ))}
    </ul>
  );
};
