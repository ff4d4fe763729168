import type { StatementRunner } from './database.ts';

export interface AppliedMigration {
  readonly name: string;
  readonly isFinished: boolean;
}

/** Null where nobody has made the tables yet. */
export const readAppliedMigrations = async (
  database: StatementRunner,
): Promise<AppliedMigration[] | null> => {
  const [tables] = await database.query<{ isThere: boolean }>(
    `SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS "isThere"`,
  );
  if (!tables?.isThere) return null;
  return database.query<AppliedMigration>(
    `SELECT migration_name AS name, finished_at IS NOT NULL AS "isFinished" FROM _prisma_migrations
     WHERE rolled_back_at IS NULL`,
  );
};
