import { PostgresClient } from '@countersign/postgres/postgres-client';
import pg from 'pg';

/** What runs statements as the application does. */
type Query = (text: string) => Promise<object[]>;

interface Standing {
  readonly session: string;
  readonly current: string;
  readonly becomes: string[];
  readonly creates: string[];
}

/** Roles beyond the owner's whose members get round what the tables allow. */
const mighty = ['pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program'];

const standing = `
  SELECT session_user AS session, current_user AS current,
         ARRAY(SELECT r.rolname::text FROM pg_roles r
                WHERE pg_has_role(session_user, r.oid, 'MEMBER')
                  AND (r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR r.oid = d.datdba
                       OR r.rolname = ANY ('{${mighty.join(',')}}')
                       OR EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                                     AND c.relowner = r.oid AND c.relkind IN ('r', 'p'))) ORDER BY 1) AS becomes,
         ARRAY(SELECT what FROM (VALUES
           ('in the schema public', has_schema_privilege(session_user, 'public', 'CREATE')),
           ('schemas', has_database_privilege(session_user, d.oid, 'CREATE')),
           ('temporary tables', has_database_privilege(session_user, d.oid, 'TEMPORARY'))
         ) AS place (what, allowed) WHERE allowed) AS creates
    FROM pg_database d WHERE d.datname = current_database()`;

const read = async (query: Query): Promise<Standing> => {
  const [row] = (await query(standing)) as Standing[];
  if (!row) throw new Error('The database did not tell who we are.');
  return row;
};

/** Throws one sentence where the user could become the tables' owner: then nothing below the code would hold. */
const ensureCannotBecomeOwner = ({ session, current, becomes }: Standing): void => {
  const roles = current === session ? becomes : [...becomes, current];
  if (roles.length === 0) return;
  throw new Error(
    `The application's user ${session} could work as ${roles.join(' and ')}, so the record would not be safe from it: name a user in DATABASE_APP_URL that owns nothing and is a member of no other role.`,
  );
};

/** Throws one sentence where the application works as somebody who could get round the gate in the database. */
export async function ensureApplicationUser(query: Query): Promise<void> {
  const user = await read(query);
  ensureCannotBecomeOwner(user);
  if (user.creates.length === 0) return;
  throw new Error(
    `The application's user ${user.session} may create ${user.creates.join(' and ')}: let an administrator take that from it and from PUBLIC.`,
  );
}

/** Whom a connection string logs in as. Throws one sentence where it does not, or could become the owner. */
export async function sessionUser(connectionString: string): Promise<string> {
  const client = new PostgresClient({ connectionString, application_name: 'migrate' });
  try {
    await client.connect();
    const user = await read(async (text) => (await client.query<object>(text)).rows);
    ensureCannotBecomeOwner(user);
    return user.session;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !error.code?.startsWith('28')) throw error;
    throw new Error(
      `PostgreSQL does not let the server's own user log in (${error.message}): allow it in pg_hba.conf, or name other users in DATABASE_APP_URL and DATABASE_QUEUE_URL.`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
