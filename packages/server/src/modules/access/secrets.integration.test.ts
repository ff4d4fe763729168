import { expect, it } from 'vitest';
import { keyOf, populate, startAccessNode, value } from '../../../testing/access-node.ts';
import { createTestDatabase } from '../../../testing/postgres.ts';
import type { Database } from '../../infra/database.ts';
import { sha256 } from '../../infra/digest.ts';
import { createLogger } from '../../infra/logger.ts';
import { presentedSecret } from './credentials.ts';

/** Every row of every table as text. */
const everything = async (database: Database): Promise<Map<string, string>> => {
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }): Promise<[string, string]> => {
      const rows = await database.query<{ text: string }>(`SELECT t::text AS text FROM "${name}" t`);
      return [name, rows.map(({ text }) => text).join('\n')];
    }),
  );
  return new Map(texts);
};

it('leaves no secret in any table, and no hash in an event or a log line', async () => {
  await using testDatabase = await createTestDatabase();
  const lines: string[] = [];
  const logger = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } });
  await using node = await startAccessNode(testDatabase, { logger });
  const { admin, agent } = await populate(node);
  const { secret, authorization, apiKey } = await keyOf(node, admin, agent);
  const link = value(await node.access.createSignInLink(admin.id));
  const { sessionToken } = value(await node.access.signIn(link.token));
  await node.access.authenticate({ authorization });
  await node.access.authenticate({ sessionToken });
  await node.access.signOut(sessionToken);
  value(await node.access.revokeApiKey(admin, apiKey.id));

  const tables = await everything(node.database);
  const written = [...tables.values(), ...lines].join('\n');
  expect(tables.get('api_key')).toContain(apiKey.prefix);
  expect(tables.get('api_key')).toContain(presentedSecret({ authorization })?.hash);
  for (const text of [secret, secret.slice(apiKey.prefix.length + 1), link.token, sessionToken]) {
    expect(written).not.toContain(text);
    expect(written).not.toContain(Buffer.from(text, 'base64url').toString('hex'));
    expect(written).not.toContain(sha256(text));
  }
  const events = tables.get('event') ?? '';
  const hashes = await node.database.query<{ hash: string }>(
    `SELECT hash FROM api_key UNION ALL SELECT token_hash FROM sign_in_link
     UNION ALL SELECT token_hash FROM session`,
  );
  expect(hashes).toHaveLength(3);
  for (const { hash } of hashes) expect(`${events}\n${lines.join('\n')}`).not.toContain(hash);
  for (const type of ['api_key.created', 'api_key.revoked', 'session.started', 'session.ended']) {
    expect(events).toContain(type);
  }
});
