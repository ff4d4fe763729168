import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import chosenRows from '../../../components/chosen-rows.module.css';
import { Tick } from '../../../components/tick.tsx';
import { useKeys } from '../../../components/use-keys.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import { EnvironmentPill } from '../../../vocabulary/environment-pill.tsx';
import { RiskMark } from '../../../vocabulary/risk-mark.tsx';
import type { BatchRow } from './batch-data.ts';
import { approvingAlone } from './batch-rules.ts';
import styles from './batch.module.css';

const targetsOf = ({ task }: BatchRow): readonly string[] => [
  ...new Set(task.plan?.steps.flatMap(({ targets }) => targets.map(({ name }) => name)) ?? []),
];

const What = ({ row, complaint }: { row: BatchRow; complaint: string | undefined }) => {
  const { task } = row;
  const targets = targetsOf(row);
  const steps = task.plan?.steps ?? [];
  const alone = approvingAlone(row);
  return (
    <div className={styles['what']}>
      <p className={styles['name']}>
        <RiskMark risk={task.risk} size={14} />
        <Link to="/approvals/$id" params={{ id: row.id }}>
          <VisibleText text={task.plan?.summary ?? task.goal} />
        </Link>
        <EnvironmentPill environment={task.environment} />
      </p>
      <p className={styles['facts']}>
        <VisibleText text={`${task.submittedBy.name} · ${targets.join(', ') || 'no target'}`} />
      </p>
      {steps.length > 1 ? (
        <ul className={styles['steps']}>
          {steps.map(({ name, summary }) => (
            <li key={name}>
              <VisibleText text={summary} />
            </li>
          ))}
        </ul>
      ) : null}
      {(complaint ?? alone) ? (
        <p className={styles['alone']} data-wrong={complaint !== undefined || undefined}>
          <VisibleText text={complaint ?? alone ?? ''} />
        </p>
      ) : null}
    </div>
  );
};

/** Calls back once for each row that has been on screen. */
const useSeen = (count: number, onSeen: (id: string) => void) => {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        const id = target instanceof HTMLElement ? target.dataset['id'] : undefined;
        if (isIntersecting && id !== undefined) onSeen(id);
      }
    });
    for (const row of list.current?.children ?? []) seen.observe(row);
    return () => seen.disconnect();
  }, [count, onSeen]);
  return list;
};

/** Requests to be chosen: J and K move, X chooses. */
export const BatchList = ({
  rows,
  chosen,
  complaints,
  onChoose,
  onSeen,
}: {
  rows: readonly BatchRow[];
  chosen: ReadonlySet<string>;
  complaints: ReadonlyMap<string, string>;
  onChoose: (ids: ReadonlySet<string>) => void;
  onSeen: (id: string) => void;
}) => {
  const list = useSeen(rows.length, onSeen);
  const move = (by: number): void => {
    const ticks = [...(list.current?.querySelectorAll<HTMLElement>('[role="checkbox"]') ?? [])];
    const at = ticks.findIndex((tick) => tick === document.activeElement);
    ticks[Math.min(Math.max(at + by, 0), ticks.length - 1)]?.focus();
  };
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  useKeys('page', {
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const tick = document.activeElement;
      if (tick instanceof HTMLElement && list.current?.contains(tick) && tick.role === 'checkbox')
        tick.click();
      else move(1);
    },
  });
  const isAll = rows.length > 0 && rows.every(({ id }) => chosen.has(id));
  return (
    <>
      <div className={chosenRows['all']}>
        <Tick
          label="Choose all"
          isTicked={isAll || (chosen.size > 0 ? 'mixed' : false)}
          onTick={() => onChoose(new Set(isAll ? [] : rows.map(({ id }) => id)))}
        />
        <span className="muted">
          {chosen.size} of {rows.length} chosen
        </span>
      </div>
      <ul className={chosenRows['rows']} ref={list} aria-label="Requests that wait for you">
        {rows.map((row) => (
          <li key={row.id} data-id={row.id} data-chosen={chosen.has(row.id) || undefined}>
            <Tick
              label={`Choose ${row.task.plan?.summary ?? row.task.goal}`}
              isTicked={chosen.has(row.id)}
              onTick={() => toggle(row.id)}
            />
            <What row={row} complaint={complaints.get(row.task.id)} />
          </li>
        ))}
      </ul>
    </>
  );
};
