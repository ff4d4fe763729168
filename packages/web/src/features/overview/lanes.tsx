import { formatAge, formatDuration } from '../../components/duration.ts';
import { PriorityBars } from '../../vocabulary/priority-bars.tsx';
import styles from './lanes.module.css';
import type { Queue } from './overview-data.ts';

const Slots = ({ active, slots }: { active: number; slots: number }) => (
  <span className={styles['slots']}>
    <span className={styles['meter']} aria-hidden>
      <span style={{ width: `${slots === 0 ? 0 : Math.min(100, (active / slots) * 100)}%` }} />
    </span>
    {active.toLocaleString('en')} of {slots.toLocaleString('en')}
  </span>
);

/** The four queues, most urgent first. */
export const Lanes = ({ queue }: { queue: Queue }) => (
  <div className={styles['scroller']} tabIndex={0} role="region" aria-label="Priority lanes as a table">
    <table className={styles['lanes']}>
      <thead>
        <tr>
          <th scope="col">Lane</th>
          <th scope="col" data-number>
            Depth
          </th>
          <th scope="col">Slots in use</th>
          <th scope="col" data-number>
            Oldest
          </th>
          <th scope="col" data-number>
            Expected wait
          </th>
        </tr>
      </thead>
      <tbody>
        {queue.lanes.map((lane) => (
          <tr key={lane.priority}>
            <th scope="row">
              <PriorityBars priority={lane.priority} withWord />
            </th>
            <td data-number data-some={lane.depth > 0 || undefined}>
              {lane.depth.toLocaleString('en')}
            </td>
            <td>
              <Slots active={lane.active} slots={lane.slots} />
            </td>
            <td data-number data-late={(lane.oldestAgeMs ?? 0) > lane.targetWaitMs || undefined}>
              {lane.oldestAgeMs === null ? '–' : formatAge(lane.oldestAgeMs)}
            </td>
            <td data-number data-late={lane.estimatedWaitMs > lane.targetWaitMs || undefined}>
              {lane.estimatedWaitMs === 0 ? '–' : formatDuration(lane.estimatedWaitMs)}
              <span className={styles['target']}>within {formatAge(lane.targetWaitMs)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
