import type { StatementRunner } from '../../src/infra/database.ts';

/** What the database asks of whoever writes to a table. */
interface Demand {
  readonly text: string;
  readonly table: string;
  /** It concerns nobody who knows none of them; null where it concerns every row. */
  readonly columns: readonly string[] | null;
}

/** What statements of a release rely on, and what they satisfy. */
export interface ReleaseContract {
  readonly promises: readonly string[];
  readonly demands: readonly string[];
}

/** A schema: what it promises to statements, and asks of them. */
export interface SchemaContract extends Pick<ReleaseContract, 'promises'> {
  readonly demands: readonly Demand[];
}

export const releaseContractOf = ({ promises, demands }: SchemaContract): ReleaseContract => ({
  promises,
  demands: demands.map(({ text }) => text),
});

/** Whatever a newer schema would break of the statements of an older release. */
export const brokenBy = (older: ReleaseContract, newer: SchemaContract): string[] => {
  const [kept, asked] = [new Set(newer.promises), new Set(older.demands)];
  const known = new Set(older.promises.map((promise) => promise.split(' ').slice(0, 2).join(' ')));
  const isKnown = ({ table, columns }: Demand): boolean =>
    columns === null
      ? known.has(`table ${table}`)
      : columns.every((column) => known.has(`column ${table}.${column}`));
  return [
    ...older.promises.filter((promise) => !kept.has(promise)).map((promise) => `gone: ${promise}`),
    ...newer.demands
      .filter((demand) => !asked.has(demand.text) && isKnown(demand))
      .map(({ text }) => `asked anew: ${text}`),
  ];
};

interface ColumnRow {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly hasDefault: boolean;
  readonly rights: readonly string[];
}

const tablesOfOurs = `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
  AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> '_prisma_migrations'`;

const columnsOf = (connection: StatementRunner, user: string) =>
  connection.query<ColumnRow>(
    `SELECT c.relname::text AS "table", a.attname::text AS "column", format_type(a.atttypid, a.atttypmod) AS type,
            a.attnotnull AS "isRequired", a.atthasdef OR a.attidentity <> '' AS "hasDefault",
            ARRAY(SELECT r FROM unnest(ARRAY['INSERT', 'UPDATE']) r
                  WHERE has_column_privilege($1, c.oid, a.attnum, r)) AS rights
     FROM ${tablesOfOurs} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`,
    [user],
  );

/** Keys and unique indexes, which statements name by their columns, and what else rows have to satisfy. */
const rulesOf = (connection: StatementRunner) =>
  connection.query<{ table: string; columns: string[]; text: string; isUnique: boolean }>(
    `SELECT c.relname::text AS "table", true AS "isUnique",
            ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)) AS columns,
            regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE UNIQUE INDEX \\S+ ON (ONLY )?', '') AS text
     FROM ${tablesOfOurs} JOIN pg_index i ON i.indrelid = c.oid AND i.indisunique
     UNION ALL
     SELECT c.relname::text, false,
            ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)),
            pg_get_constraintdef(k.oid)
     FROM ${tablesOfOurs} JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('c', 'f', 'x')`,
    [],
  );

const othersOf = (connection: StatementRunner, user: string) =>
  connection.query<{ text: string }>(
    `SELECT r || ' ' || c.relname AS text FROM ${tablesOfOurs}, unnest(ARRAY['DELETE', 'SELECT']) r
     WHERE has_table_privilege($1, c.oid, r)
     UNION ALL
     SELECT 'word ' || e.enumtypid::regtype || '.' || e.enumlabel FROM pg_enum e
     JOIN pg_type t ON t.oid = e.enumtypid
     JOIN pg_namespace n ON n.oid = t.typnamespace AND n.nspname = current_schema()
     UNION ALL
     SELECT 'function ' || p.oid::regprocedure || ' ' || pg_get_function_result(p.oid) FROM pg_proc p
     JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = current_schema()
     WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
       AND p.prorettype <> 'trigger'::regtype AND has_function_privilege($1, p.oid, 'EXECUTE')`,
    [user],
  );

/** As the schema is now, for the user that statements of the application run as. */
export const schemaContractOf = async (
  connection: StatementRunner,
  user: string,
): Promise<SchemaContract> => {
  const [columns, rules, others] = [
    await columnsOf(connection, user),
    await rulesOf(connection),
    await othersOf(connection, user),
  ];
  const promises = [
    ...columns.flatMap(({ table, column, type, isRequired, rights }) => [
      `table ${table}`,
      `column ${table}.${column} ${type}`,
      ...(isRequired ? [`never null ${table}.${column}`] : []),
      ...rights.map((right) => `${right} ${table}.${column}`),
    ]),
    ...rules.filter(({ isUnique }) => isUnique).map(({ table, text }) => `unique ${table} ${text}`),
    ...others.map(({ text }) => text),
  ];
  const demands = [
    ...columns
      .filter(({ isRequired }) => isRequired)
      .flatMap(({ table, column, hasDefault }): Demand[] => [
        { text: `${table}.${column} may not be null`, table, columns: [column] },
        ...(hasDefault ? [] : [{ text: `${table}.${column} has to be given`, table, columns: null }]),
      ]),
    ...rules.map(({ table, text, columns: about }) => ({ text: `${table} ${text}`, table, columns: about })),
  ];
  return {
    promises: [...new Set(promises)].toSorted(),
    demands: demands.toSorted((a, b) => (a.text < b.text ? -1 : 1)),
  };
};
