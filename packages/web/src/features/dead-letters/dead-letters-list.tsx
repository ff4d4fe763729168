import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import chosenRows from '../../components/chosen-rows.module.css';
import { Tick } from '../../components/tick.tsx';
import { formatAgo, formatDate } from '../../components/duration.ts';
import { useKeys } from '../../components/use-keys.ts';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { shortId } from '../../vocabulary/short-id.ts';
import styles from './dead-letters.module.css';
import { keyOf, type DeadLetter } from './dead-letters-data.ts';

const Row = ({ letter, nowMs }: { letter: DeadLetter; nowMs: number }) => (
  <div className={styles['what']}>
    <p className={styles['name']}>
      <b>
        <VisibleText text={letter.step} />
      </b>
      <code className="muted">{letter.actionType}</code>
      <Link to="/tasks/$id" params={{ id: letter.taskId }} title={letter.taskId}>
        task <code>{shortId(letter.taskId)}</code>
      </Link>
    </p>
    <p className={styles['cause']}>
      <code>{letter.code}</code> <VisibleText text={letter.message} />
    </p>
    <p className={styles['facts']}>
      <VisibleText text={letter.platform} /> · {letter.attempts}{' '}
      {letter.attempts === 1 ? 'attempt' : 'attempts'} · gave up{' '}
      <time dateTime={letter.failedAt} title={formatDate(letter.failedAt)}>
        {formatAgo(nowMs - Date.parse(letter.failedAt))}
      </time>
    </p>
  </div>
);

/** Steps that gave up, to be chosen by whoever may try them anew: J and K move, X chooses. */
export const DeadLettersList = ({
  letters,
  chosen,
  onChoose,
  canOperate,
}: {
  letters: readonly DeadLetter[];
  chosen: ReadonlySet<string>;
  onChoose: (keys: ReadonlySet<string>) => void;
  canOperate: boolean;
}) => {
  const nowMs = useServerNow();
  const list = useRef<HTMLUListElement>(null);
  const move = (by: number): void => {
    const ticks = [...(list.current?.querySelectorAll<HTMLElement>('[role="checkbox"]') ?? [])];
    const at = ticks.findIndex((tick) => tick === document.activeElement);
    ticks[Math.min(Math.max(at + by, 0), ticks.length - 1)]?.focus();
  };
  const toggle = (key: string): void => {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    onChoose(next);
  };
  useKeys(
    'page',
    {
      j: () => move(1),
      k: () => move(-1),
      x: () => {
        const tick = document.activeElement;
        if (tick instanceof HTMLElement && list.current?.contains(tick) && tick.role === 'checkbox')
          tick.click();
        else move(1);
      },
    },
    canOperate,
  );
  const isAll = letters.length > 0 && letters.every((letter) => chosen.has(keyOf(letter)));
  return (
    <>
      {canOperate ? (
        <div className={chosenRows['all']}>
          <Tick
            label="Choose all"
            isTicked={isAll || (chosen.size > 0 ? 'mixed' : false)}
            onTick={() => onChoose(new Set(isAll ? [] : letters.map(keyOf)))}
          />
          <span className="muted">
            {chosen.size} of {letters.length} chosen
          </span>
        </div>
      ) : null}
      <ul className={chosenRows['rows']} ref={list} aria-label="Steps that gave up">
        {letters.map((letter) => {
          const key = keyOf(letter);
          return (
            <li key={key} data-chosen={chosen.has(key) || undefined}>
              {canOperate ? (
                <Tick
                  label={`Choose ${letter.step} of task ${shortId(letter.taskId)}`}
                  isTicked={chosen.has(key)}
                  onTick={() => toggle(key)}
                />
              ) : null}
              <Row letter={letter} nowMs={nowMs} />
            </li>
          );
        })}
      </ul>
    </>
  );
};
