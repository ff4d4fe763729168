import type { Alert } from '../domain/alert.ts';
import type { BreakerState, HealthStatus } from '@countersign/shared';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';

/** How all processes together saw a platform when it was last told of. */
export interface ReportedExecutor {
  readonly platform: string;
  readonly status: HealthStatus;
  readonly breakerState: BreakerState;
}

/** What was told of the installation's health. */
export interface ReportedHealth {
  readonly executors: readonly ReportedExecutor[];
  readonly alerts: readonly Alert[];
}

export interface AlertStore {
  readReported(): Promise<ReportedHealth>;
  /** As `readReported`, for whoever is about to tell more: others wait until that is done. */
  lockReported(tx: Transaction): Promise<ReportedHealth>;
  /** The oldest first. */
  findAlerts(): Promise<Alert[]>;
  saveExecutor(tx: Transaction, executor: ReportedExecutor): void;
  raise(tx: Transaction, alert: Alert): void;
  clear(tx: Transaction, alert: Pick<Alert, 'kind' | 'subject'>): void;
  /** Everybody who is to be told. */
  findTenantIds(tx: Transaction): Promise<string[]>;
}

/** Any number that nobody else takes. */
const tellingLock = 7_302_026;

export const createAlertStore = (database: Pick<Database, 'query'>): AlertStore => ({
  readReported: () => readReported(database),

  async lockReported(tx) {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [tellingLock]);
    return readReported(tx);
  },

  findAlerts: () => findAlerts(database),

  saveExecutor(tx, { platform, status, breakerState }) {
    tx.write(
      `INSERT INTO executor_state (platform, status, breaker_state) VALUES ($1, $2, $3)
       ON CONFLICT (platform) DO UPDATE SET status = excluded.status, breaker_state = excluded.breaker_state`,
      [platform, status, breakerState],
    );
  },

  raise(tx, { kind, subject, message, since }) {
    tx.write('INSERT INTO alert (kind, subject, message, since) VALUES ($1, $2, $3, $4)', [
      kind,
      subject,
      message,
      since,
    ]);
  },

  clear(tx, { kind, subject }) {
    tx.write('DELETE FROM alert WHERE kind = $1 AND subject = $2', [kind, subject]);
  },

  async findTenantIds(tx) {
    const rows = await tx.query<{ id: string }>('SELECT id FROM tenant ORDER BY id');
    return rows.map(({ id }) => id);
  },
});

const findAlerts = (runner: StatementRunner): Promise<Alert[]> =>
  runner.query<Alert>('SELECT kind, subject, message, since FROM alert ORDER BY since, kind, subject');

const readReported = async (runner: StatementRunner): Promise<ReportedHealth> => {
  const [executors, alerts] = await Promise.all([
    runner.query<ReportedExecutor>(
      'SELECT platform, status, breaker_state AS "breakerState" FROM executor_state',
    ),
    findAlerts(runner),
  ]);
  return { executors, alerts };
};
