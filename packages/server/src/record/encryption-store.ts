import {
  encryptingKey,
  fingerprintOf,
  knownKey,
  type CellCipher,
  type CellType,
  type EncryptionKey,
  type KnownKey,
} from '../infra/cell-cipher.ts';
import type { Connections, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf } from '../infra/rows.ts';
import type { Plan } from '../domain/plan.ts';
import type { PlanOutline } from '../domain/plan-outline.ts';
import { outlineOf } from './plan-store.ts';
import { tables } from './tables.ts';

/** A key that rows may be encrypted with. */
export interface KeyInUse extends KnownKey {
  /** Since when it may have encrypted something. */
  readonly at: Date;
}

export const findKeysInUse = (runner: StatementRunner): Promise<KeyInUse[]> =>
  runner.query<KeyInUse>(`SELECT ${columnsOf(tables.encryptionKey)} FROM encryption_key ORDER BY at, name`);

/** Throws one sentence where another key now has the name of one that rows may need. */
export const ensureKeysAreThemselves = async (
  runner: StatementRunner,
  keys: readonly EncryptionKey[],
): Promise<void> => {
  const inUse = await findKeysInUse(runner);
  for (const key of keys) {
    const known = inUse.find(({ name }) => name === key.name);
    if (known && known.fingerprint !== fingerprintOf(key))
      throw new Error(
        `The key "${key.name}" of security.encryption.keys is not the one that rows are encrypted with under this name: give the old one its name back, and the new one a name of its own.`,
      );
  }
};

/** Throws one sentence where rows may need a key that is not there, or that another now has the name of. Writes nothing. */
export const ensureKeysFit = async (
  runner: StatementRunner,
  keys: readonly EncryptionKey[],
): Promise<void> => {
  await ensureKeysAreThemselves(runner, keys);
  const missing = (await findKeysInUse(runner)).find(({ name }) => !keys.some((key) => key.name === name));
  if (missing)
    throw new Error(
      `Rows are encrypted with the key "${missing.name}", which security.encryption.keys does not name: add it, after the key that is to encrypt, until "countersign encryption rotate" says that it may go. Where it never encrypted anything, "countersign encryption rotate" without it forgets it.`,
    );
};

/** Puts on record which key encrypts, before anything is encrypted with it. Throws as `ensureKeysFit`. */
export const takeUpKeys = async (database: Connections, keys: readonly EncryptionKey[]): Promise<void> => {
  const front = encryptingKey(keys);
  await database.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(${keysLock})`);
    await ensureKeysFit(tx, keys);
    if (front) await putOnRecord(tx, knownKey(front));
  });
};

/** Held alone by who looks at the keys before changing which are on record, and by others together while they add one. */
const keysLock = "hashtextextended('countersign encryption keys', 0)";

/** Puts a key on record; does nothing where it is there already. */
export const putOnRecord = async (
  runner: StatementRunner,
  { name, fingerprint }: KnownKey,
): Promise<void> => {
  await runner.query(
    `INSERT INTO encryption_key (name, fingerprint)
       SELECT $1, $2 FROM pg_advisory_xact_lock_shared(${keysLock}) ON CONFLICT DO NOTHING`,
    [name, fingerprint],
  );
};

interface EncryptedTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: CellType }[];
}

/** Every table that has columns which are encrypted. */
export const encryptedTables: readonly EncryptedTable[] = Object.values(tables).flatMap(
  ({ name, columns }) => {
    const marked = Object.values(columns)
      .filter(({ isEncrypted }) => isEncrypted)
      .map((column) => ({ name: column.name, type: column.type as CellType }));
    return marked.length > 0 ? [{ name, columns: marked }] : [];
  },
);

/** How many rows are looked for at once, without any payload being read. */
const lookedAt = 200;
/** How many of them are read, held and rewritten at once, and how many bytes of them; always one row. */
const rewrittenAtOnce = 50;
const bytesAtOnce = 4 * 1024 * 1024;

export interface RewrittenRows {
  /** The last row that was looked at; null where there is none after it. */
  readonly lastId: string | null;
  readonly rewritten: number;
}

type Cells = Readonly<Record<string, unknown>> & { readonly id: string; readonly tenantId: string };

/** Encrypts with the first key what is not, of a stretch of rows in the order of their ids. As the owner of the tables. */
export const rewriteRows = async (
  database: Connections,
  table: EncryptedTable,
  cipher: CellCipher,
  afterId: string | null,
): Promise<RewrittenRows> => {
  const looked = await findOlder(database, table, cipher, afterId ?? noId);
  for (const ids of stretchesOf(looked)) await rewrite(database, table, cipher, ids);
  const rewritten = looked.filter(({ isOlder }) => isOlder).length;
  return { lastId: looked.at(-1)?.id ?? null, rewritten };
};

interface LookedAt {
  readonly id: string;
  readonly isOlder: boolean;
  /** Of its payload, as it is stored. */
  readonly bytes: number;
}

const isOlderOf = ({ columns }: EncryptedTable): string =>
  columns
    .map(({ name, type }) =>
      type === 'text'
        ? `left("${name}", length($2)) <> $2`
        : `("${name}" <> '[]' AND NOT (jsonb_typeof("${name}") = 'string' AND starts_with("${name}" #>> '{}', $2)))`,
    )
    .join(' OR ');

const prefixOf = (cipher: CellCipher): string => `enc:1:${cipher.encryptsWith()?.name ?? ''}:`;

const findOlder = (
  database: Connections,
  table: EncryptedTable,
  cipher: CellCipher,
  afterId: string,
): Promise<LookedAt[]> => {
  const prefix = prefixOf(cipher);
  const bytes = table.columns.map(({ name }) => `coalesce(pg_column_size("${name}"), 0)`);
  return database.query<LookedAt>(
    `SELECT id, coalesce(${isOlderOf(table)}, false) AS "isOlder", ${bytes.join(' + ')} AS bytes
       FROM "${table.name}" WHERE id > $1::uuid ORDER BY id LIMIT ${lookedAt}`,
    [afterId, prefix],
  );
};

/** Those that are older, in stretches that are each soon rewritten. */
export const stretchesOf = (looked: readonly LookedAt[]): readonly (readonly string[])[] => {
  const stretches: string[][] = [];
  let bytesLeft = 0;
  for (const { id, bytes } of looked.filter(({ isOlder }) => isOlder)) {
    const last = stretches.at(-1);
    if (last && last.length < rewrittenAtOnce && bytes <= bytesLeft) last.push(id);
    else {
      stretches.push([id]);
      bytesLeft = bytesAtOnce;
    }
    bytesLeft -= bytes;
  }
  return stretches;
};

/** As they are by now: whoever changed one meanwhile encrypted it with its own key. */
const rewrite = (
  database: Connections,
  table: EncryptedTable,
  cipher: CellCipher,
  ids: readonly string[],
): Promise<void> =>
  database.transaction(async (tx) => {
    const prefix = prefixOf(cipher);
    const { name, columns } = table;
    const rows = await tx.query<Cells>(
      `SELECT id, tenant_id AS "tenantId", ${columns.map((column) => `"${column.name}"`).join(', ')} FROM "${name}"
        WHERE id = ANY($1::uuid[]) AND (${isOlderOf(table)}) ORDER BY id FOR NO KEY UPDATE`,
      [ids, prefix],
    );
    const older = rows.map((row) => rewritten(row, name, columns, cipher));
    if (older.length > 0) await write(tx, table, older);
  });

const noId = '00000000-0000-0000-0000-000000000000';

const rewritten = (
  row: Cells,
  table: string,
  columns: EncryptedTable['columns'],
  cipher: CellCipher,
): Readonly<Record<string, unknown>> => {
  const { id, tenantId } = row;
  const opened = Object.fromEntries(
    columns.map(({ name: column, type }) => [
      column,
      cipher.open(type, row[column], { table, column, tenantId, id }),
    ]),
  );
  const cells = columns.map(({ name: column, type }) => {
    return [column, cipher.seal(type, opened[column], { table, column, tenantId, id })] as const;
  });
  return { id, ...Object.fromEntries(cells), ...(table === 'plan' && { outline: outlineFor(opened) }) };
};

/** Of a plan that is not what was planned there is none that fits: it is refused then, as it was before. */
const outlineFor = (plan: Readonly<Record<string, unknown>>): PlanOutline => {
  try {
    return outlineOf(plan as Pick<Plan, 'document' | 'presentation'>);
  } catch {
    return { sources: [], steps: [] };
  }
};

const write = async (
  tx: Transaction,
  { name, columns }: EncryptedTable,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> => {
  // What the database reads of a plan is told once, with its first encryption.
  const isPlan = name === 'plan';
  const set = columns.map((column) => `"${column.name}" = r."${column.name}"`);
  const given = columns.map((column) => `"${column.name}" ${column.type}`);
  await tx.query(
    `UPDATE "${name}" t SET ${[...set, ...(isPlan ? ['outline = coalesce(t.outline, r.outline)'] : [])].join(', ')}
       FROM json_to_recordset($1::json) AS r(id uuid, ${[...given, ...(isPlan ? ['outline jsonb'] : [])].join(', ')})
      WHERE t.id = r.id`,
    [JSON.stringify(rows)],
  );
};

/** That nothing is under any key but this one any more, unless `ensure` throws. As the owner of the tables. */
export const forgetKeysBut = (
  database: Connections,
  name: string,
  ensure: (tx: StatementRunner) => Promise<void>,
): Promise<readonly string[]> =>
  database.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(${keysLock})`);
    await ensure(tx);
    const gone = await tx.query<{ name: string }>(
      'DELETE FROM encryption_key WHERE name <> $1 RETURNING name',
      [name],
    );
    return gone.map((key) => key.name);
  });

/** How many values are under each key, and under the key null how many are plain. */
export const countValues = async (database: StatementRunner): Promise<ReadonlyMap<string | null, number>> => {
  const counts = new Map<string | null, number>();
  for (const table of encryptedTables) {
    let after: string | null = noId;
    while (after !== null) {
      const counted: CountedValues = await countSome(database, table, after);
      for (const { key, values } of counted.counts) counts.set(key, (counts.get(key) ?? 0) + values);
      after = counted.lastId;
    }
  }
  return counts;
};

interface CountedValues {
  /** Null where there are no rows after it. */
  readonly lastId: string | null;
  readonly counts: readonly { readonly key: string | null; readonly values: number }[];
}

const countedAtOnce = 2_000;
/** A quote, what values begin with, and a name of 64 characters. */
const longestPrefix = 80;

const countSome = async (
  database: StatementRunner,
  { name, columns }: EncryptedTable,
  afterId: string,
): Promise<CountedValues> => {
  const begins = columns.map((column) => `(left("${column.name}"::text, ${longestPrefix}))`);
  const [counted] = await database.query<CountedValues>(
    `WITH looked AS (SELECT * FROM "${name}" WHERE id > $1::uuid ORDER BY id LIMIT ${countedAtOnce}),
       counted AS (
         SELECT substring(begins FROM '^"?enc:1:([^:]*):') AS key, count(*) AS values
           FROM looked CROSS JOIN LATERAL (VALUES ${begins.join(', ')}) AS value(begins)
          WHERE begins <> '[]' GROUP BY 1)
     SELECT (SELECT id FROM looked ORDER BY id DESC LIMIT 1) AS "lastId",
       (SELECT coalesce(json_agg(counted), '[]') FROM counted) AS counts`,
    [afterId],
  );
  return counted ?? { lastId: null, counts: [] };
};

/** Processes that said lately that they write with another key, or with none. */
export const findOtherWriters = (
  runner: StatementRunner,
  name: string,
): Promise<{ readonly name: string; readonly key: string | null }[]> =>
  runner.query(
    `SELECT name, report->>'encryptsWith' AS key FROM process_report
      WHERE expires_at > now() AND report->>'encryptsWith' IS DISTINCT FROM $1 ORDER BY name LIMIT 1`,
    [name],
  );

/** By the database's clock, as reports are. */
export const now = async (runner: StatementRunner): Promise<Date> => {
  const [row] = await runner.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return row?.now ?? new Date(0);
};

/** Whether a process that lives has not said since then how it is. */
export const isAnyReportOlder = async (runner: StatementRunner, than: Date): Promise<boolean> => {
  const found = await runner.query(
    'SELECT 1 AS older FROM process_report WHERE expires_at > now() AND reported_at <= $1 LIMIT 1',
    [than],
  );
  return found.length > 0;
};
