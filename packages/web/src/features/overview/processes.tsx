import type { ProcessRole } from '@countersign/shared';
import { formatDuration } from '../../components/duration.ts';
import { useServerNow } from '../../components/use-now.ts';
import { HealthPill } from '../../vocabulary/health-pill.tsx';
import type { Health } from './overview-data.ts';
import styles from './processes.module.css';

type Process = Health['processes'][number];

const roles: Readonly<Record<ProcessRole, string>> = {
  ALL: 'answers and runs steps',
  API: 'answers',
  WORKER: 'runs steps',
};

const Row = ({ process }: { process: Process }) => {
  const nowMs = useServerNow();
  return (
    <li>
      <code>{process.name}</code>
      <span>
        {roles[process.role]}, version {process.version}, up for{' '}
        {formatDuration(Math.max(0, nowMs - Date.parse(process.startedAt)))}
      </span>
      <HealthPill status={process.status} />
    </li>
  );
};

/** Who makes up this installation now, and what is wrong with it. */
export const Processes = ({ health }: { health: Pick<Health, 'checks' | 'processes'> }) => {
  const failed = health.checks.filter(({ status }) => status !== 'HEALTHY');
  return (
    <>
      {failed.length === 0 ? null : (
        <ul className={styles['faults']}>
          {failed.map(({ name, status, message }) => (
            <li key={name}>
              <HealthPill status={status} />
              <span>
                <strong>{name}</strong> {message}
              </span>
            </li>
          ))}
        </ul>
      )}
      <ul className={styles['processes']}>
        {health.processes.map((process) => (
          <Row key={process.name} process={process} />
        ))}
      </ul>
    </>
  );
};
