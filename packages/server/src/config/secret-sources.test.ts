import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSecretSources } from './secret-sources.ts';
import { secretSourceSettings } from './secret-source-settings.ts';

test('each source keeps its last values while it cannot be read, and Vault is logged in to once', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-sources-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'git'), 'git-one');
  await writeFile(join(folder, 'token'), 'a-jwt');
  let isSealed = false;
  let crm = 'crm-one';
  const asked: string[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url ?? '');
    if (isSealed) return void response.writeHead(503).end();
    response.end(
      JSON.stringify(
        url?.endsWith('/login')
          ? { auth: { client_token: 'hvs.token', lease_duration: 3_600, renewable: true } }
          : { data: { data: { crm } } },
      ),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => void server.close());
  const settings = secretSourceSettings.secretSources.parse({
    files: [folder],
    vault: {
      address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      role: 'countersign',
      path: 'countersign',
      tokenFile: join(folder, 'token'),
    },
  });
  const sources = createSecretSources();
  const valuesOf = async () =>
    (await sources.readAgain(settings)).map(({ values, troubles }) => [
      values.get('git') ?? values.get('crm'),
      troubles.length,
    ]);
  await sources.read(settings);
  expect(await valuesOf()).toEqual([
    ['git-one', 0],
    ['crm-one', 0],
  ]);
  isSealed = true;
  await writeFile(join(folder, 'git'), 'git-two');
  expect(await valuesOf()).toEqual([
    ['git-two', 0],
    ['crm-one', 1],
  ]);
  isSealed = false;
  crm = 'crm-two';
  await rm(folder, { recursive: true });
  expect(await valuesOf()).toEqual([
    ['git-two', 1],
    ['crm-two', 0],
  ]);
  expect(asked.filter((url) => url.endsWith('/login'))).toHaveLength(1);
});
