import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { formatDuration } from '../../components/duration.ts';
import { useServerNow } from '../../components/use-now.ts';
import styles from './timeline-bar.module.css';
import { isWaitingLong, placeStretches, stretches, type EventLike, type StretchKind } from './timeline.ts';

const words: Readonly<Record<StretchKind, string>> = {
  planning: 'Planning',
  approval: 'Waiting for a person',
  held: 'Undo window',
  queued: 'In the queue',
  running: 'Running',
};

/** Where the time went, gates drawn as bands. */
export const TimelineBar = ({
  events,
  finishedAt,
}: {
  events: readonly EventLike[];
  finishedAt: string | null;
}) => {
  const nowMs = useServerNow();
  const [isWaitingHidden, setWaitingHidden] = useState(false);
  const all = stretches(events, nowMs, finishedAt === null ? null : Date.parse(finishedAt));
  const placed = placeStretches(all, isWaitingHidden);
  if (all.length === 0) return null;
  return (
    <section className={styles['timeline']} aria-label="Where the time went">
      <div className={styles['bar']} aria-hidden>
        {placed.map(({ kind, fromMs, width, isOpen }) => (
          <span
            key={`${kind}-${fromMs}`}
            data-kind={kind}
            data-open={isOpen || undefined}
            style={{ flexBasis: `${width * 100}%` }}
          />
        ))}
      </div>
      <div className={styles['below']}>
        <ul className={styles['legend']}>
          {all.map(({ kind, fromMs, toMs, isOpen }) => (
            <li key={`${kind}-${fromMs}`} data-kind={kind}>
              <span className={styles['swatch']} aria-hidden />
              {words[kind]}{' '}
              <b>
                {formatDuration(toMs - fromMs)}
                {isOpen ? ' so far' : ''}
              </b>
            </li>
          ))}
        </ul>
        {isWaitingLong(all) ? (
          <Button
            size="small"
            className={styles['toggle']}
            aria-pressed={isWaitingHidden}
            onClick={() => setWaitingHidden(!isWaitingHidden)}
          >
            Hide waiting time
          </Button>
        ) : null}
      </div>
    </section>
  );
};
