import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedIn } from '../../../testing/signed-in.ts';
import { createWorld, type World } from '../../../testing/world.ts';
import { readKeys } from '@countersign/audit/verify-audit';
import { backupsOf, openBackupKey, openBackupPlace, openedFolder } from '../../backups.ts';
import { restoreProgress, type RestoreRun } from '../../domain/restore-run.ts';
import { createLogger } from '../../infra/logger.ts';
import { newId } from '../../infra/ids.ts';
import { findBackupRun } from '../../record/backup-run-store.ts';
import { discardRestoreRun, findRestoreRun, insertRestoreRun } from '../../record/restore-run-store.ts';
import { restoresOf, roomIn } from '../../restores.ts';
import { restoreInto } from '../../restoring.ts';
import { askBackup } from './ask-backup.ts';
import { askRestore } from './ask-restore.ts';
import { manifestText, signatureOf, type Manifest } from './manifest.ts';
import { performBackup } from './perform-backup.ts';
import { removeUnwanted } from './start-removing-quarantines.ts';
import { performRestore, type PerformRestore } from './perform-restore.ts';

const logger = createLogger({ level: 'silent' });
const { signal } = new AbortController();
let world: World;
let backupId: string;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
  const { services } = world;
  const asked = await askBackup(
    { ...services, newId, findFirstTenant: services.access.findFirstTenant },
    null,
  );
  backupId = asked.id;
  await performBackup(backupsOf(services, logger), asked, signal);
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

const runOf = async (id: string): Promise<RestoreRun> => {
  const run = await findRestoreRun(world.services.database, id);
  if (!run) throw new Error('There is no such restore.');
  return run;
};
/** One that somebody has approved. */
const approved = async (): Promise<RestoreRun> => {
  const { database } = world.services;
  const backup = await findBackupRun(database, backupId);
  const run: RestoreRun = {
    ...{ id: newId(), backupId, sha256: backup?.sha256 ?? '', state: 'STAGED', tryId: null },
    ...{ progress: restoreProgress.STAGED, reason: 'To see it.', at: new Date() },
    asked: { reviewerId: newId(), handIds: [], makerIds: [] },
    ...{ approvedById: null, approvedAt: null, endedAt: null, location: null, rows: null },
    ...{ notes: [], error: null },
  };
  await database.transaction((tx) => insertRestoreRun(tx, run));
  return run;
};
const discards = (id: string) =>
  world.services.database.transaction((tx) => discardRestoreRun(tx, id, new Date()));
let committing: Promise<unknown> = Promise.resolve();
const quarantines = (): Promise<string[]> => readdir(join(world.config.home, 'quarantine')).catch(() => []);

/** What it restores with, where the transaction that makes it complete fails before it is committed, after it, or while it is. */
const whereLast = (id: string, when: 'before' | 'after' | 'meanwhile'): PerformRestore => {
  const deps = restoresOf(world.services, logger);
  let isLast = false;
  return {
    ...deps,
    quarantine: {
      ...deps.quarantine,
      async restore(asked) {
        const restored = await deps.quarantine.restore(asked);
        isLast = true;
        return restored;
      },
    },
    journal: {
      async transaction(work) {
        const fails = isLast && (await runOf(id)).state === 'VALIDATING';
        isLast = false;
        if (!fails) return deps.journal.transaction(work);
        if (when === 'after') await deps.journal.transaction(work);
        if (when === 'meanwhile') {
          const done = Promise.withResolvers<void>();
          committing = deps.journal.transaction(async (tx) => {
            const value = await work(tx);
            done.resolve();
            await sleep(500);
            return value;
          });
          await done.promise;
        }
        throw new Error('The connection was lost.');
      },
    },
  };
};

test('of a restore that fails at its last step nothing stays', async () => {
  const run = await approved();
  await performRestore(whereLast(run.id, 'before'), run, signal);
  expect(await runOf(run.id)).toMatchObject({ state: 'FAILED', error: 'The connection was lost.' });
  expect(await quarantines()).toEqual([]);
}, 60_000);

test('what is being committed when the connection is lost stays, too', async () => {
  const run = await approved();
  await performRestore(whereLast(run.id, 'meanwhile'), run, signal);
  await committing;
  const { state, tryId } = await runOf(run.id);
  expect(state).toBe('COMPLETE');
  expect(await quarantines()).toEqual([`${run.id}.${tryId}`]);
  await discards(run.id);
  await removeUnwanted(restoresOf(world.services, logger), new Set());
  expect(await quarantines()).toEqual([]);
}, 60_000);

test('where what is left cannot be removed, it is told all the same, and removed later', async () => {
  const run = await approved();
  const deps = whereLast(run.id, 'before');
  const remove = () => Promise.reject(new Error('EACCES'));
  await performRestore({ ...deps, quarantine: { ...deps.quarantine, remove } }, run, signal);
  expect(await runOf(run.id)).toMatchObject({ state: 'FAILED', error: 'The connection was lost.' });
  expect((await quarantines()).length).toBe(1);

  // One of a name that comes before it stays, and is told once.
  const folder = join(world.config.home, 'quarantine');
  const [stuck, lines] = ['00000000-0000-7000-8000-000000000000', [] as string[]];
  await mkdir(join(folder, `${stuck}.${stuck}`));
  const { database, quarantine } = restoresOf(world.services, logger);
  const where = {
    database,
    quarantine: {
      ...quarantine,
      remove: (id: string, tryId?: string) => (id === stuck ? remove() : quarantine.remove(id, tryId)),
    },
    logger: createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } }),
  };
  const told = new Set<string>();
  await removeUnwanted(where, told);
  await removeUnwanted(where, told);
  expect(await quarantines()).toEqual([`${stuck}.${stuck}`]);
  expect(lines.length).toBe(1);
  await removeUnwanted(restoresOf(world.services, logger), told);
  expect(await quarantines()).toEqual([]);
}, 60_000);

test('what is complete stays, though the answer was lost', async () => {
  const run = await approved();
  await performRestore(whereLast(run.id, 'after'), run, signal);
  const { state, tryId } = await runOf(run.id);
  expect(state).toBe('COMPLETE');
  expect(await quarantines()).toEqual([`${run.id}.${tryId}`]);

  // A worker removes at home what nobody wants, whoever was told to, and nothing else.
  const folder = join(world.config.home, 'quarantine');
  for (const name of [`${run.id}.${newId()}`, `${newId()}.${newId()}`, 'notes'])
    await mkdir(join(folder, name, 'postgres'), { recursive: true });
  const removes = () => removeUnwanted(restoresOf(world.services, logger), new Set());
  await removes();
  expect(await quarantines()).toEqual([`${run.id}.${tryId}`, 'notes']);
  await discards(run.id);
  await removes();
  expect(await quarantines()).toEqual(['notes']);
}, 60_000);

test('where there is nothing to restore into, nobody is asked to approve it', async () => {
  const { services } = world;
  const admin = await services.access.ensurePrincipal({
    ...{ tenantId: world.tenantId, type: 'HUMAN', name: 'Ada', roles: ['ADMIN'], ownerId: null },
  });
  const words = 'There is no embedded PostgreSQL.';
  const asks = (restoreFault: () => string | null) =>
    askRestore({ ...services, newId, restoreFault }, signedIn(admin), { backupId, reason: 'To see it.' });
  expect(await asks(() => words)).toMatchObject({
    ok: false,
    refusal: { code: 'POLICY_DENIED', message: words },
  });
  const asked = await asks(() => null);
  expect(asked).toMatchObject({ ok: true, value: { state: 'AWAITING_APPROVAL' } });
  if (asked.ok) await discards(asked.value.id);
});

test('it is asked before and throughout whether there is room, and where there is none it ends', async () => {
  const home = await mkdtemp(join(tmpdir(), 'countersign-room-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) };
  await using place = openBackupPlace(world.config);
  const keys = readKeys(openBackupKey(world.config).publicKeys);
  const config = { ...world.config, home, database: { ...world.config.database, url: null, given: null } };
  const asked: number[] = [];
  const restores = (times: number) =>
    restoreInto(
      config,
      logger,
      {
        ...{ place, keys, tell: () => Promise.resolve() },
        ensureRoom(bytes) {
          asked.push(bytes);
          return asked.length < times ? Promise.resolve() : Promise.reject(new Error('The disk is full.'));
        },
      },
      backupId,
    );
  await expect(restores(1)).rejects.toThrow('The disk is full.');
  const backup = await findBackupRun(world.services.database, backupId);
  expect(asked[0]).toBeGreaterThan(5 * Number(backup?.bytes));
  await expect(restores(20)).rejects.toThrow('The disk is full.');
  expect(asked.length).toBe(20);
  expect(await readdir(home)).not.toContain('postgres');
  await expect(roomIn(home, 2 ** 60)).rejects.toThrow(
    'the copy may take 1073741824.0 GiB, and what runs needs 1.0 GiB.',
  );
}, 60_000);

test('one that says otherwise is restored as far as its tables are taken, and not before its time has come', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-said-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  const key = openBackupKey(world.config);
  const backup = join(folder, backupId);
  await cp(join(world.config.backup.folder, backupId), backup, { recursive: true });
  const signed = JSON.parse(await readFile(join(backup, 'manifest.json'), 'utf8')) as Manifest;
  const restores = async (home: string, said: Partial<Manifest>) => {
    const text = manifestText({ ...signed, ...said });
    await writeFile(join(backup, 'manifest.json'), text);
    await writeFile(join(backup, 'manifest.sig'), signatureOf(text, key));
    await using place = openedFolder(folder, world.config);
    const config = {
      ...world.config,
      home: join(folder, home),
      database: { ...world.config.database, url: null, given: null },
    };
    const order = { place, keys: readKeys(key.publicKeys), tell: () => Promise.resolve() };
    return await restoreInto(config, logger, order, backupId);
  };
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  await expect(restores('early', { takenAt: inAnHour })).rejects.toThrow('set the clock right');
  expect(await readdir(join(folder, 'early'))).not.toContain('postgres');

  const [table] = signed.tables;
  const reckonedAnew = { name: 'step_figures_due', columns: [], rows: 5, path: table?.path ?? '' };
  const restored = await restores('taken', { tables: [...signed.tables, reckonedAnew] });
  expect(restored.rows).toBeGreaterThan(0);
}, 60_000);
