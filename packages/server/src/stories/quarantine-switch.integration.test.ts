import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inheritedEnvironment } from '../../testing/inherited-environment.ts';
import { programOf } from '../../testing/programs.ts';
import { testConfig } from '../../testing/test-config.ts';
import { newId } from '../infra/ids.ts';
import { createLogger } from '../infra/logger.ts';
import { quarantineIn } from '../restores.ts';
import { createServices, type Services } from '../services.ts';

const logger = createLogger({ level: 'silent' });
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'countersign-switch-'));
  await chmod(home, 0o711);
});
afterAll(() => rm(home, { recursive: true, force: true }));

let more: NodeJS.ProcessEnv = {};
const countersign = (...words: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = { ...inheritedEnvironment(), COUNTERSIGN_HOME: home, ...more };
    execFile(process.execPath, [programOf('cli'), ...words], { env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });

test('the operator of the machine goes on from what was quarantined, and what ran before is kept aside', async () => {
  const config = testConfig('', home);
  const running = async <Value>(work: (services: Services) => Promise<Value>): Promise<Value> => {
    await using stack = new AsyncDisposableStack();
    const embedded = { ...config, database: { ...config.database, url: null } };
    return await work(await createServices(embedded, logger, {}, stack));
  };
  const joins = ({ access }: Services, tenantId: string, name: string) =>
    access.ensurePrincipal({ tenantId, type: 'HUMAN', name, roles: ['ADMIN'], ownerId: null });
  const namesIn = async ({ database }: Services): Promise<string[]> =>
    (await database.query<{ name: string }>('SELECT name FROM principal ORDER BY name')).map(
      ({ name }) => name,
    );

  const { tenantId, folder, before, restoreId } = await running(async (services) => {
    const { id } = await services.access.ensureTenant('kept');
    await joins(services, id, 'Before');
    const taken = await countersign('backup', '--json');
    expect(taken).toMatchObject({ code: 0 });
    const told = JSON.parse(taken.out) as { id: string; folder: string };
    await joins(services, id, 'After');
    const [restoring, tryId] = [newId(), newId()];
    await services.database.query(
      `INSERT INTO restore_run (id, backup_id, sha256, state, try_id, progress, reason, asked, at)
       VALUES ($1, $2, '', 'COMPLETE', $3, 100, 'To go on.', '{}', now())`,
      [restoring, told.id, tryId],
    );
    const states: string[] = [];
    let calls = 0;
    const replica = createServer(() => (calls += 1)).listen(0, '127.0.0.1');
    await once(replica, 'listening');
    const replicaUrl = `postgresql://127.0.0.1:${(replica.address() as AddressInfo).port}/countersign`;
    const withReplica = { ...config, database: { ...config.database, replicaUrl } };
    await quarantineIn(() => withReplica, logger).restore({
      run: {
        id: restoring,
        backupId: told.id,
        sha256: hash('sha256', await readFile(join(told.folder, 'manifest.json'))),
        askedById: newId(),
        approvedById: newId(),
      },
      tryId,
      signal: new AbortController().signal,
      async tell(state) {
        states.push(state);
        return Promise.resolve();
      },
    });
    expect(states).toEqual(['STAGED', 'APPLYING', 'VALIDATING', 'COMPLETE']);
    // The replica is of what runs.
    expect(calls).toBe(0);
    replica.close();
    // What runs was not touched, and is not while it runs.
    expect(await namesIn(services)).toEqual(['After', 'Before']);
    expect(await countersign('restore', 'switch', restoring)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is in use by another Countersign'),
    });
    return { tenantId: id, folder: told.folder, before: services.restoredAt, restoreId: restoring };
  });
  expect([before, folder]).toEqual([null, expect.stringContaining(home)]);

  expect(await countersign('restore', 'switch', newId())).toMatchObject({ code: 1 });
  const becomes = (state: string) =>
    running(({ database }) =>
      database.query('UPDATE restore_run SET state = $2::restore_state WHERE id = $1', [restoreId, state]),
    );
  for (const state of ['DISCARDED', 'FAILED', 'VALIDATING']) {
    await becomes(state);
    expect(await countersign('restore', 'switch', restoreId)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`This restore is ${state}`),
    });
  }
  await becomes('COMPLETE');
  const heads = join(home, 'audit-heads.jsonl');
  await writeFile(heads, '');
  // What the database says meanwhile goes elsewhere.
  more = { COUNTERSIGN_LOG_LEVEL: 'debug' };
  const switched = await countersign('restore', 'switch', restoreId, '--json');
  expect(switched).toMatchObject({ code: 0, err: expect.stringContaining('PostgreSQL says') });
  const aside = join(home, `postgres.before-${restoreId}`);
  const { back, ...told } = JSON.parse(switched.out) as { back: { from: string; to: string }[] };
  expect(told).toMatchObject({ restoreId, before: aside });
  expect(await readdir(aside)).toContain('data');
  expect(await readdir(join(home, 'quarantine'))).toEqual([]);
  await running(async (services) => {
    expect(await namesIn(services)).toEqual(['Before']);
    expect(services.restoredAt).not.toBeNull();
    expect(await services.killSwitches.findEngaged()).toMatchObject([
      { kind: 'GLOBAL', mode: 'HALT', stage: 'STOPPED', tenantId },
    ]);
    // It works with the keys of its home, and goes on.
    await joins(services, tenantId, 'Later');
    expect(await namesIn(services)).toEqual(['Before', 'Later']);
  });

  // And back, with the signed heads of then.
  expect(back.map(({ to }) => to)).toContain(heads);
  for (const { from, to } of back) if (existsSync(from)) await rename(from, to);
  await running(async (services) => {
    expect(await namesIn(services)).toEqual(['After', 'Before']);
    expect(services.restoredAt).toBeNull();
  });
  expect((await readdir(home)).filter((name) => name.includes('.before-'))).toEqual([]);
}, 180_000);
