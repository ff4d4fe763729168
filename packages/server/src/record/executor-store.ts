import type { ExecutorControl } from '../domain/executor-control.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { releaseHeld } from './held-steps.ts';

/** What operators said of platforms. */
export interface ExecutorStore {
  /** Of all tenants, where something is kept from a platform. */
  findControls(): Promise<ExecutorControl[]>;
  /** Gives the database's time. */
  saveControl(tx: Transaction, control: NewExecutorControl): Promise<Date>;
  /**
   * Has steps that an operator, or a circuit breaker, kept from a platform come after this many milliseconds, a
   * thousand at most: the others come when they would have.
   */
  release(tx: Transaction, tenantId: string, platform: string, afterMs: number): Promise<void>;
}

export interface NewExecutorControl extends Omit<ExecutorControl, 'by' | 'at'> {
  readonly byId: string;
}

const releasedRules = ['platform.opened', 'platform.drained', 'platform.circuit_breaker'];

export const createExecutorStore = (database: Pick<Database, 'query'>): ExecutorStore => ({
  findControls: () =>
    database.query<ExecutorControl>(
      `SELECT c.tenant_id AS "tenantId", c.platform, c.mode, p.name AS by, c.reason, c.at
       FROM executor_control c JOIN principal p ON p.id = c.by_id WHERE c.mode <> 'CLOSE'`,
    ),

  async saveControl(tx, { tenantId, platform, mode, byId, reason }) {
    const [row] = await tx.query<{ at: Date }>(
      `INSERT INTO executor_control (tenant_id, platform, mode, by_id, reason, at)
       VALUES ($1, $2, $3, $4, $5, now())
       ON CONFLICT (tenant_id, platform) DO UPDATE SET mode = excluded.mode, by_id = excluded.by_id,
         reason = excluded.reason, at = excluded.at
       RETURNING at`,
      [tenantId, platform, mode, byId, reason],
    );
    if (!row) throw new Error('What was said of a platform was not kept.');
    return row.at;
  },

  release: (tx, tenantId, platform, afterMs) =>
    releaseHeld(tx, { tenantId, platform, rules: releasedRules }, afterMs),
});
