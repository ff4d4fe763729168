import type { Json } from '../domain/json.ts';
import type { KnownKey } from '../infra/cell-cipher.ts';
import type { StatementRunner } from '../infra/database.ts';
import { columnsOf, without, type Table } from '../infra/rows.ts';
import { putOnRecord } from './encryption-store.ts';
import { tables } from './tables.ts';

/** A process's words as they are kept: another process reads them, of another version perhaps. */
export interface KeptReport {
  /** As it signs the steps that it runs; no other process has or had it. */
  readonly name: string;
  readonly role: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly reportedAt: Date;
  readonly report: Json;
}

/** The processes of this installation that said lately how they are. */
export interface ProcessReportStore {
  /**
   * Stands for `livesMs` by the database's clock, unless it is said again. Puts the key that the process encrypts
   * with on record, too: a rotation that did not know of the process may have forgotten it.
   */
  save(report: Omit<KeptReport, 'reportedAt'>, livesMs: number, encryptsWith: KnownKey | null): Promise<void>;
  /** Of every process whose report has not expired. */
  findLive(): Promise<KeptReport[]>;
  /** Of a process that stops in good order. */
  remove(name: string): Promise<void>;
}

const reports: Table<KeptReport> = without(tables.processReport, 'expiresAt');

export const createProcessReportStore = (database: StatementRunner): ProcessReportStore => ({
  async save({ name, role, version, startedAt, report }, livesMs, encryptsWith) {
    await database.query(
      `WITH expired AS (
         DELETE FROM process_report WHERE name IN (
           SELECT name FROM process_report WHERE expires_at < now() AND name <> $1 FOR UPDATE SKIP LOCKED))
       INSERT INTO process_report (name, role, version, started_at, reported_at, expires_at, report)
       VALUES ($1, $2, $3, $4, now(), now() + $5 * interval '1 millisecond', $6)
       ON CONFLICT (name) DO UPDATE SET reported_at = excluded.reported_at, expires_at = excluded.expires_at,
         report = excluded.report`,
      [name, role, version, startedAt, livesMs, JSON.stringify(report)],
    );
    // Only now: a rotation that did not see the report has forgotten by then what it forgets.
    if (encryptsWith) await putOnRecord(database, encryptsWith);
  },
  findLive: () =>
    database.query<KeptReport>(`SELECT ${columnsOf(reports)} FROM process_report WHERE expires_at > now()`),
  async remove(name) {
    await database.query('DELETE FROM process_report WHERE name = $1', [name]);
  },
});
