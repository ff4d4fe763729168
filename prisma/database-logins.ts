import { createHmac, hash, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';

/** What logs in for itself: the application, and its queue where PostgreSQL holds it. */
export type LoginKind = 'app' | 'queue';

/** `connectionString` with another user. */
export function withUser(connectionString: string, user: string, password: string): string {
  const url = new URL(connectionString);
  // Without a host, as for a socket's folder, a URL takes no user before the path.
  if (url.host === '') {
    url.searchParams.set('user', user);
    url.searchParams.set('password', password);
  } else Object.assign(url, { username: encodeURIComponent(user), password: encodeURIComponent(password) });
  return url.href;
}

/**
 * The user of this database for one kind of login, made where it is missing, as a connection string. Its
 * password is random and lies where nobody but the owner of the tables can read it, so every node finds the
 * same. The name carries the database's number: installations on one server never meet.
 */
export async function ensureLogin(
  owner: pg.Client,
  connectionString: string,
  kind: LoginKind,
): Promise<string> {
  const { rows } = await owner.query<{ name: string; exists: boolean; password: string | null }>(
    `SELECT 'countersign_${kind}_' || d.oid AS name, l.password,
            EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign_${kind}_' || d.oid) AS exists
       FROM pg_database d LEFT JOIN countersign_owner.login l ON l.kind = $1 WHERE d.datname = current_database()`,
    [kind],
  );
  const [found] = rows;
  if (!found) throw new Error('The database did not tell its number.');
  if (found.exists && found.password !== null) return withUser(connectionString, found.name, found.password);
  const password = randomBytes(24).toString('base64url');
  const role = pg.escapeIdentifier(found.name);
  // As a verifier: a server that logs statements logs no password.
  const secret = pg.escapeLiteral(scramVerifier(password));
  await owner.query(`${found.exists ? 'ALTER' : 'CREATE'} ROLE ${role} LOGIN PASSWORD ${secret}`);
  await owner.query(
    `INSERT INTO countersign_owner.login (kind, password) VALUES ($1, $2)
     ON CONFLICT (kind) DO UPDATE SET password = excluded.password`,
    [kind, password],
  );
  return withUser(connectionString, found.name, password);
}

/** Where the passwords lie: a schema that nobody but its owner can look into. */
export async function ensureLoginTable(owner: pg.Client): Promise<void> {
  await owner.query(`CREATE SCHEMA IF NOT EXISTS countersign_owner`);
  await owner.query(
    'CREATE TABLE IF NOT EXISTS countersign_owner.login (kind text PRIMARY KEY, password text NOT NULL)',
  );
}

const iterations = 4_096;

/** What PostgreSQL keeps of a password, as in RFC 5803. */
export function scramVerifier(password: string, salt = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (word: string): Buffer => createHmac('sha256', salted).update(word).digest();
  const storedKey = hash('sha256', hmac('Client Key'), 'base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`;
}
