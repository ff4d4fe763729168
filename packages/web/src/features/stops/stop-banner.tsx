import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatAge, formatDate } from '../../components/duration.ts';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { confirmations, scopeWord, stageWords } from './stop-words.ts';
import { isEngaged, stopsOptions, type StopSwitch } from './stops-data.ts';
import styles from './stops.module.css';

const shownAtMost = 3;

const Engaged = ({ stop, nowMs }: { stop: StopSwitch; nowMs: number }) => (
  <p className={styles['line']} data-drill={stop.isDrill || undefined}>
    <b>{stop.isDrill ? 'Drill' : stop.stage === 'STOPPED' ? 'Stopped' : stageWords[stop.stage]}</b>{' '}
    <VisibleText text={scopeWord(stop.scope)} /> · <VisibleText text={stop.by} />:{' '}
    <VisibleText text={stop.reason} /> ·{' '}
    <time dateTime={stop.engagedAt} title={formatDate(stop.engagedAt)}>
      for {formatAge(Math.max(5_000, nowMs - Date.parse(stop.engagedAt)))}
    </time>{' '}
    · {confirmations(stop)}
  </p>
);

/** Across every page, while anything is stopped. */
export const StopBanner = () => {
  const { data } = useQuery(stopsOptions());
  const nowMs = useServerNow();
  const engaged = (data?.killSwitches ?? []).filter(isEngaged);
  const file = data?.stopFile ?? null;
  if (engaged.length === 0 && file === null) return null;
  const isOnlyDrill = file === null && engaged.every(({ isDrill }) => isDrill);
  return (
    <div className={styles['banner']} role="alert" data-drill={isOnlyDrill || undefined}>
      <div className={styles['lines']}>
        {file === null ? null : (
          <p className={styles['line']}>
            <b>Stopped</b> All that this server does: {file}
          </p>
        )}
        {engaged.slice(0, shownAtMost).map((stop) => (
          <Engaged key={stop.id} stop={stop} nowMs={nowMs} />
        ))}
        {engaged.length > shownAtMost ? <p>and {engaged.length - shownAtMost} more</p> : null}
      </div>
      <Link to="/control" className={styles['to-control']}>
        Control
      </Link>
    </div>
  );
};
