import type { Environment } from '@countersign/shared';
import type { AutonomyAsk, StandingWord } from '../domain/autonomy.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { insertRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

export interface NewAutonomyWord {
  readonly id: string;
  readonly tenantId: string;
  readonly environment: Environment;
  readonly agentId: string | null;
  /** Null takes the word before back. */
  readonly level: number | null;
  readonly reason: string;
  readonly byId: string;
  readonly at: Date;
}

export interface AutonomyStore {
  /** Of all tenants: the newest word on each place, where it was not taken back. */
  findStanding(runner?: StatementRunner): Promise<StandingWord[]>;
  /**
   * Since a moment, those after which nothing was set in their place, nor for everybody where they ask that it be as it
   * is for everybody: that would be another level. The oldest first.
   */
  findAsks(tenantId: string, since: Date, runner?: StatementRunner): Promise<AutonomyAsk[]>;
  /** One after another in a tenant, until the transaction ends; gives the database's time. */
  lock(tx: Transaction, tenantId: string): Promise<Date>;
  save(tx: Transaction, word: NewAutonomyWord): void;
  keepAsk(tx: Transaction, ask: AutonomyAsk & { readonly id: string; readonly tenantId: string }): void;
}

const words: Table<NewAutonomyWord> = tables.autonomyWord;
const asks: Table<Omit<AutonomyAsk, 'reviewerId' | 'by' | 'at'> & AskColumns> = tables.autonomyAsk;
interface AskColumns {
  readonly id: string;
  readonly tenantId: string;
  readonly byId: string;
  readonly at: Date;
}

export const createAutonomyStore = (database: Pick<Database, 'query'>): AutonomyStore => ({
  findStanding: (runner = database) =>
    runner.query<StandingWord>(
      `SELECT w.tenant_id AS "tenantId", w.environment, w.agent_id AS "agentId", w.level, p.name AS by, w.reason, w.at
       FROM (SELECT DISTINCT ON (tenant_id, environment, agent_id) * FROM autonomy_word
             ORDER BY tenant_id, environment, agent_id, at DESC, id DESC) w
       JOIN principal p ON p.id = w.by_id WHERE w.level IS NOT NULL`,
    ),

  async findAsks(tenantId, since, runner = database) {
    const rows = await runner.query<Omit<AutonomyAsk, 'at'> & { readonly at: Date }>(
      `SELECT a.environment, a.agent_id AS "agentId", a.level, a.reason, p.name AS by, a.at,
              a.by_id AS "reviewerId", a.hand_ids AS "handIds", a.maker_ids AS "makerIds"
       FROM autonomy_ask a JOIN principal p ON p.id = a.by_id
       WHERE a.tenant_id = $1 AND a.at > $2 AND NOT EXISTS (
         SELECT FROM autonomy_word w WHERE w.tenant_id = a.tenant_id AND w.environment = a.environment
           AND (w.agent_id IS NOT DISTINCT FROM a.agent_id OR a.level IS NULL AND w.agent_id IS NULL)
           AND w.at >= a.at)
       ORDER BY a.at, a.id`,
      [tenantId, since],
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  },

  async lock(tx, tenantId) {
    const [row] = await tx.query<{ now: Date }>(
      `SELECT clock_timestamp() AS now FROM pg_advisory_xact_lock(hashtextextended('countersign autonomy ' || $1::text, 0))`,
      [tenantId],
    );
    if (!row) throw new Error('The database does not tell the time.');
    return row.now;
  },

  save: (tx, word) => insertRows(tx, words, [word]),
  keepAsk: (tx, { reviewerId: byId, by: _, at, ...ask }) =>
    insertRows(tx, asks, [{ ...ask, byId, at: new Date(at) }]),
});
