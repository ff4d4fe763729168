import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { createPostgresPool, PostgresClient } from './postgres-client.ts';

export interface MigrationAdapter extends AsyncDisposable {
  factory: SqlMigrationAwareDriverAdapterFactory;
}

/**
 * The schema engine's way to PostgreSQL. `PrismaPg` serves the client well but not migrations, so three
 * things differ. A script goes to the server whole, as one implicit transaction, where `PrismaPg` cuts it
 * at every semicolon, those inside of functions included. The shadow database really is another one, and
 * its connections end before it is dropped. The catalogue's type "char" is understood.
 *
 * The engine leaves its connection open, and with it its lock: dispose to let the next one in.
 */
export function createMigrationAdapter(connectionString: string): MigrationAdapter {
  const pools = new Set<pg.Pool>();
  return {
    factory: {
      provider: 'postgres',
      adapterName: '@prisma/adapter-pg',
      connect: () => connect(openPool(connectionString)),
      async connectToShadowDb() {
        const name = `shadow_${crypto.randomUUID().replaceAll('-', '')}`;
        await runAlone(connectionString, `CREATE DATABASE ${name}`);
        const shadowUrl = new URL(connectionString);
        shadowUrl.pathname = name;
        return connect(openPool(shadowUrl.href), () => runAlone(connectionString, `DROP DATABASE ${name}`));
      },
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools].filter(({ ended }) => !ended).map((pool) => pool.end()));
    },
  };

  function openPool(url: string): pg.Pool {
    // One connection, because a script's SET and the engine's lock belong to the session.
    const pool = createPostgresPool({
      connectionString: url,
      max: 1,
      application_name: 'migrate',
    });
    readCatalogueCharAsText(pool);
    pools.add(pool);
    return pool;
  }
}

async function connect(pool: pg.Pool, afterwards?: () => Promise<void>): Promise<SqlDriverAdapter> {
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
  const dispose = adapter.dispose.bind(adapter);
  const queryRaw = adapter.queryRaw.bind(adapter);
  return Object.assign(adapter, {
    async queryRaw(query: SqlQuery) {
      const result = await queryRaw(query);
      const columnTypes = result.columnTypes.map((type, index) =>
        charColumns.has(result.columnNames[index] ?? '') ? ColumnTypeEnum.Character : type,
      );
      return { ...result, columnTypes };
    },
    async executeScript(script: string) {
      await adapter.executeRaw({ sql: script, args: [], argTypes: [] });
    },
    async dispose() {
      await dispose();
      await afterwards?.();
    },
  });
}

/** Columns of the engine's own catalogue queries that it reads as one character, not as text. */
const charColumns = new Set(['constraint_type']);

function readCatalogueCharAsText(pool: pg.Pool): void {
  const run = pool.query.bind(pool) as (query: pg.QueryConfig) => Promise<pg.QueryResult | pg.QueryResult[]>;
  Object.assign(pool, {
    async query(query: pg.QueryConfig) {
      const results = await run(query);
      for (const field of [results].flat().flatMap(({ fields }) => fields)) {
        if (field.dataTypeID === catalogueChar) field.dataTypeID = pg.types.builtins.TEXT;
      }
      return results;
    },
  });
}

// Its name in pg.types is CHAR, which everybody takes for char(n).
const catalogueChar = 18;

async function runAlone(connectionString: string, sql: string): Promise<void> {
  const client = new PostgresClient({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
