import type { Environment } from '@countersign/shared';
import type { StandingWord } from '../domain/autonomy.ts';
import type { Database, Transaction } from '../infra/database.ts';

export interface NewAutonomyWord {
  readonly id: string;
  readonly tenantId: string;
  readonly environment: Environment;
  readonly agentId: string | null;
  /** Null takes the word before back. */
  readonly level: number | null;
  readonly reason: string;
  readonly byId: string;
}

export interface AutonomyStore {
  /** Of all tenants: the newest word on each place, where it was not taken back. */
  findStanding(): Promise<StandingWord[]>;
  /** Gives the database's time. */
  save(tx: Transaction, word: NewAutonomyWord): Promise<Date>;
}

export const createAutonomyStore = (database: Pick<Database, 'query'>): AutonomyStore => ({
  findStanding: () =>
    database.query<StandingWord>(
      `SELECT w.tenant_id AS "tenantId", w.environment, w.agent_id AS "agentId", w.level, p.name AS by, w.reason, w.at
       FROM (SELECT DISTINCT ON (tenant_id, environment, agent_id) * FROM autonomy_word
             ORDER BY tenant_id, environment, agent_id, at DESC, id DESC) w
       JOIN principal p ON p.id = w.by_id WHERE w.level IS NOT NULL`,
    ),

  async save(tx, { id, tenantId, environment, agentId, level, reason, byId }) {
    const [row] = await tx.query<{ at: Date }>(
      `INSERT INTO autonomy_word (id, tenant_id, environment, agent_id, level, reason, by_id, at)
       VALUES ($1, $2, $3::environment, $4, $5, $6, $7, clock_timestamp()) RETURNING at`,
      [id, tenantId, environment, agentId, level, reason, byId],
    );
    if (!row) throw new Error('A level of autonomy was not kept.');
    return row.at;
  },
});
