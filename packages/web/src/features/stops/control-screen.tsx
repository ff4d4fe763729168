import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { formatAge, formatClock, formatDate } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Pill } from '../../components/pill.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { WordedAct } from '../../components/worded-act.tsx';
import { confirmations, scopeWord, stageWords } from './stop-words.ts';
import { isEngaged, release, stopsOptions, type StopSwitch } from './stops-data.ts';
import styles from './stops.module.css';

const stages = [
  {
    stage: 'OBSERVE',
    label: 'Observe',
    does: 'Work that only reads goes on. All that changes anything stays held.',
  },
  { stage: 'LOW_RISK', label: 'Low risk', does: 'Work of low risk goes on too. The rest stays held.' },
  {
    stage: 'ALL',
    label: 'Release',
    does: 'All goes on, and the stop is over. What was held begins within seconds.',
  },
] as const;
const order = ['STOPPED', 'OBSERVE', 'LOW_RISK', 'ALL'] as const;

const Releases = ({ stop }: { stop: StopSwitch }) => {
  const queryClient = useQueryClient();
  return (
    <div className={styles['acts']}>
      {stages
        .filter(({ stage }) => order.indexOf(stage) > order.indexOf(stop.stage))
        .map(({ stage, label, does }) => (
          <WordedAct
            key={stage}
            label={label}
            title={`${label}: ${scopeWord(stop.scope)}`}
            verb={label}
            wordsLabel="Why"
            act={(reason) => release({ id: stop.id, stage, reason })}
            onAnswered={() => queryClient.invalidateQueries({ queryKey: stopsOptions().queryKey })}
          >
            <p>{does}</p>
            {stop.required > 1 ? (
              <p>
                {stop.required} people release this.{' '}
                {Math.max(0, stop.asks.filter((ask) => ask.stage === stage).length)} asked for this stage
                already.
              </p>
            ) : null}
          </WordedAct>
        ))}
    </div>
  );
};

const Workers = ({ stop, nowMs }: { stop: StopSwitch; nowMs: number }) => (
  <ul className={styles['workers']} aria-label="Workers">
    {stop.workers.map(({ worker, acknowledgedAt, quietAt, stillInHand, inHand }) => (
      <li key={worker}>
        <code>
          <VisibleText text={worker} />
        </code>{' '}
        {quietAt !== null
          ? 'confirmed'
          : acknowledgedAt === null
            ? `has not answered for ${formatAge(Math.max(5_000, nowMs - Date.parse(stop.stagedAt)))}`
            : `knows; ${stillInHand} still in flight`}
        {inHand.map(({ taskId, name, platform }) => (
          <span key={`${taskId} ${name}`}>
            {' · '}
            <Link to="/tasks/$id" params={{ id: taskId }} className="in-text">
              <VisibleText text={`${name} on ${platform}`} />
            </Link>
          </span>
        ))}
      </li>
    ))}
  </ul>
);

const Current = ({ stop, nowMs }: { stop: StopSwitch; nowMs: number }) => (
  <li className={styles['stop-row']}>
    <div>
      <p className={styles['scope']}>
        <VisibleText text={scopeWord(stop.scope)} />{' '}
        <Pill tone={stop.isDrill ? 'blue' : 'red'}>
          {stop.isDrill ? 'Drill' : stop.mode === 'HALT' ? 'Halt' : 'Pause'}
        </Pill>
      </p>
      <p>
        <VisibleText text={stop.by} />: <VisibleText text={stop.reason} />
      </p>
      <p className="muted">
        {stageWords[stop.stage]} ·{' '}
        <time dateTime={stop.engagedAt} title={formatDate(stop.engagedAt)}>
          for {formatAge(Math.max(5_000, nowMs - Date.parse(stop.engagedAt)))}
        </time>{' '}
        · {confirmations(stop)}
      </p>
      {stop.asks.map((ask) => (
        <p key={ask.at}>
          <VisibleText text={ask.by} /> asks to go to {ask.stage.toLowerCase().replace('_', ' ')}:{' '}
          <VisibleText text={ask.reason} />. A second person must say the same before{' '}
          <time dateTime={ask.endsAt}>{formatClock(ask.endsAt)}</time>.
        </p>
      ))}
      <Workers stop={stop} nowMs={nowMs} />
    </div>
    {stop.viewerCanRelease ? <Releases stop={stop} /> : null}
  </li>
);

/** What is stopped now, how it is released, and what was stopped before. */
export const ControlScreen = ({ children }: { children?: ReactNode }) => {
  const { data, error, refetch } = useQuery(stopsOptions());
  const nowMs = useServerNow();
  const all = data?.killSwitches ?? [];
  const past = all.filter((stop) => !isEngaged(stop));
  const current = all.filter(isEngaged);
  return (
    <Page
      title="Control"
      width={1000}
      about="What people stopped across agents, platforms or all. One person stops; it is released in stages, and by two people where everything was stopped. A stop cannot undo what is finished."
    >
      <Panel title="Stopped now" isFlush aside={data ? `${current.length}` : null}>
        {error && !data ? (
          <ErrorPanel
            title="What is stopped could not be loaded."
            error={error}
            onRetry={() => void refetch()}
          />
        ) : !data ? (
          <SkeletonRows count={2} height={80} />
        ) : current.length === 0 ? (
          <EmptyState icon={<IconCircleCheck size={22} />} title="Nothing is stopped">
            Stop agents is in the header of every page.
          </EmptyState>
        ) : (
          <ul className={styles['list']} aria-label="Stopped now">
            {current.map((stop) => (
              <Current key={stop.id} stop={stop} nowMs={nowMs} />
            ))}
          </ul>
        )}
      </Panel>
      {children}
      {past.length === 0 ? null : (
        <Panel title="Before" isFlush aside={`${past.length}`}>
          <ul className={styles['list']} aria-label="Before">
            {past.map((stop) => (
              <li key={stop.id} className={styles['stop-row']}>
                <p>
                  <b>
                    <VisibleText text={scopeWord(stop.scope)} />
                  </b>{' '}
                  {stop.isDrill ? '(drill) ' : ''}
                  <VisibleText text={stop.by} />: <VisibleText text={stop.reason} />
                </p>
                <p className="muted">
                  <time dateTime={stop.engagedAt}>{formatDate(stop.engagedAt)}</time>, released{' '}
                  <time dateTime={stop.stagedAt}>{formatDate(stop.stagedAt)}</time>
                </p>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </Page>
  );
};
