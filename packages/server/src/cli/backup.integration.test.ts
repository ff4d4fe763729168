import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readKeys, verifyFile } from '@countersign/audit/verify-audit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inheritedEnvironment } from '../../testing/inherited-environment.ts';
import { programOf } from '../../testing/programs.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { createTestDatabase } from '../../testing/postgres.ts';
import { loginsAt } from '../../testing/test-logins.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { createFileCipher } from '../infra/file-cipher.ts';
import { backupFolder, encryptedPlace, verifyBackup } from '../modules/backup/index.ts';

const stack = new AsyncDisposableStack();
let world: World;
let folder: string;
let taken: { id: string; rows: number };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-backup-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  world = stack.use(await createWorld());
  await world.allReach(
    await Promise.all([anErrand(), anErrand()].map((task) => world.agent.submits(task))),
    'SUCCEEDED',
  );
  // What goes on meanwhile is all in it or not at all.
  const [backup] = await Promise.all([
    countersign('backup', '--json'),
    ...[anErrand(), anErrand(), anErrand()].map((task) => world.agent.submits(task)),
  ]);
  expect(backup).toMatchObject({ code: 0, err: '' });
  taken = JSON.parse(backup.out) as typeof taken;
}, 180_000);
afterAll(() => stack.disposeAsync());

/** The program itself, as somebody at the machine calls it. */
const countersign = (...words: string[]): Promise<{ code: number; out: string; err: string }> => {
  const { home, database } = world.config;
  return countersignAt(
    {
      DATABASE_APP_URL: database.given?.app,
      DATABASE_QUEUE_URL: database.given?.queue ?? undefined,
      COUNTERSIGN_HOME: home,
    },
    ...words,
  );
};

const countersignAt = (
  place: NodeJS.ProcessEnv,
  ...words: string[]
): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = { ...inheritedEnvironment(), ...place };
    execFile(process.execPath, [programOf('cli'), ...words], { env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });

const homeFile = (name: string): string => join(world.config.home, name);
const keysIn = async (file: string) => readKeys(await readFile(file, 'utf8'));
const rowsOf = async (table: string): Promise<string[]> => {
  const file = join(homeFile('backups'), taken.id, 'tables', `${table}.copy.gz`);
  return gunzipSync(await readFile(file))
    .toString()
    .split('\n')
    .slice(0, -1);
};

test('a backup is one moment of everything, signed, without keys, sessions or secrets', async () => {
  const verified = await countersign('backup', 'verify', '--json');
  expect(verified).toMatchObject({ code: 0, err: '' });
  const { manifest } = JSON.parse(verified.out) as {
    manifest: { tables: { name: string; rows: number }[]; files: { path: string }[] };
  };
  for (const { name, rows } of manifest.tables)
    expect([name, (await rowsOf(name)).length]).toEqual([name, rows]);
  expect(manifest.tables.reduce((sum, { rows }) => sum + rows, 0)).toBe(taken.rows);
  expect(manifest.tables.map(({ name }) => name)).not.toContain('session');
  expect(manifest.files.filter(({ path }) => path.endsWith('.key'))).toEqual([]);
  // Every plan has its task, every run its steps: nothing was cut through.
  const tasks = new Set((await rowsOf('task')).map((row) => row.split('\t')[0]));
  expect(tasks.size).toBeGreaterThanOrEqual(2);
  const submitted = (await rowsOf('event')).filter((row) => row.includes('task.submitted'));
  expect(submitted.length).toBe(tasks.size);
  const [noted] = await world.owner.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM event WHERE type = 'backup.taken' AND data->>'backupId' = '${taken.id}'`,
  );
  expect(Number(noted?.count)).toBeGreaterThanOrEqual(1);
});

test('of 100 flipped bytes each is refused, and so is what is missing, added, or signed by another', async () => {
  const copy = join(folder, 'copy');
  await cp(homeFile('backups'), copy, { recursive: true });
  const place = backupFolder(copy);
  const keys = await keysIn(homeFile('backup.pub'));
  const verdict = () => verifyBackup(place, taken.id, keys);
  expect(await verdict()).toMatchObject({ ok: true });
  const paths = (await place.files(taken.id)) ?? [];
  const fileOf = (path: string): string => join(copy, taken.id, path);
  for (let flip = 0; flip < 100; flip += 1) {
    const path = paths[flip < paths.length ? flip : randomInt(paths.length)] ?? '';
    const bytes = await readFile(fileOf(path));
    const at = randomInt(bytes.length);
    const flipped = Buffer.from(bytes);
    flipped[at] = (bytes[at] ?? 0) ^ (1 << randomInt(8));
    await writeFile(fileOf(path), flipped);
    expect([path, at, (await verdict()).ok]).toEqual([path, at, false]);
    await writeFile(fileOf(path), bytes);
  }
  await writeFile(fileOf('tables/more.copy.gz'), '');
  expect(await verdict()).toMatchObject({ ok: false, fault: { file: 'tables/more.copy.gz' } });
  await rm(fileOf('tables/more.copy.gz'));
  await rm(fileOf('tables/task.copy.gz'));
  expect(await verdict()).toMatchObject({ ok: false, fault: { file: 'tables/task.copy.gz' } });
  const others = await keysIn(homeFile('audit.pub'));
  expect(await verifyBackup(place, taken.id, others)).toMatchObject({
    ok: false,
    fault: { file: 'manifest.sig' },
  });
});

test('says what is wrong in words, and never trusts a key that came with the backup', async () => {
  const file = join(homeFile('backups'), taken.id, 'tables', 'plan.copy.gz');
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(1));
  expect(await countersign('backup', 'verify')).toMatchObject({
    code: 1,
    err: 'NOT VERIFIED. tables/plan.copy.gz is shorter than it was.\n',
  });
  await writeFile(file, bytes);
  expect(await countersign('backup', 'verify', '--dir', join(folder, 'none'))).toMatchObject({ code: 1 });
  expect(await countersign('backup', 'everything')).toMatchObject({ code: 2 });
});

test('what is restored is what was backed up, stopped, in another generation of a log that proves itself', async () => {
  await using target = await createTestDatabase();
  const home = join(folder, 'restored');
  const place = {
    DATABASE_URL: target.connectionString,
    DATABASE_APP_URL: loginsAt(target.connectionString).app,
    DATABASE_QUEUE_URL: loginsAt(target.connectionString).queue,
    COUNTERSIGN_HOME: home,
  };
  const backup = join(homeFile('backups'), taken.id);
  const restore = () => countersignAt(place, 'restore', backup, '--key', homeFile('backup.pub'), '--json');
  await using owner = target.open({ as: 'OWNER' });

  // One that was changed is refused before anything is done.
  const file = join(backup, 'tables', 'step.copy.gz');
  const bytes = await readFile(file);
  await writeFile(file, Buffer.concat([bytes, Buffer.from([0])]));
  expect(await restore()).toMatchObject({
    code: 1,
    err: expect.stringContaining('step.copy.gz is longer than it was'),
  });
  await writeFile(file, bytes);
  expect(await readdir(home).catch(() => [])).toEqual([]);

  const restored = await restore();
  expect([restored.code, restored.err]).toEqual([0, expect.stringContaining('COMPLETE')]);
  const states = restored.err
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { state: string }).state);
  expect(states).toEqual(['STAGED', 'APPLYING', 'VALIDATING', 'COMPLETE']);
  expect(JSON.parse(restored.out)).toMatchObject({ id: taken.id, rows: taken.rows, notes: [] });
  const [steps] = await owner.query<{ count: number }>('SELECT count(*)::int AS count FROM step');
  expect(steps?.count).toBe((await rowsOf('step')).length);

  const stopped = await countersignAt(place, 'stop', 'status', '--json');
  const { engaged } = JSON.parse(stopped.out) as { engaged: object[] };
  expect(engaged).toMatchObject([
    { kind: 'GLOBAL', mode: 'HALT', stage: 'STOPPED', reason: expect.stringContaining(taken.id) },
  ]);
  const generations = await owner.query<{ isAbove: boolean }>(
    `SELECT generation > 0 AND after_seq < (SELECT max(seq) FROM event WHERE type = 'backup.restored') AS "isAbove"
     FROM log_generation ORDER BY generation DESC LIMIT 1`,
  );
  expect(generations).toEqual([{ isAbove: true }]);

  // The keys that were kept apart come back: the record goes on over the seam, and its first key proves all of it.
  await cp(homeFile('audit.key'), join(home, 'audit.key'));
  const copy = join(folder, 'record.jsonl');
  expect(await countersignAt(place, 'audit', 'export', '--out', copy)).toMatchObject({ code: 0, err: '' });
  expect(await readFile(copy, 'utf8')).toContain('backup.restored');
  const anchor = join(home, 'audit-heads.jsonl');
  const heads = existsSync(anchor) ? anchor : null;
  expect(verifyFile(copy, homeFile('audit.pub'), heads)).toMatchObject({ ok: true });

  expect(await restore()).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is an installation in this database already'),
  });
});

test('nothing is restored without a key that its payload is encrypted with', async () => {
  await using encrypting = await createWorld({
    encryption: { keys: [{ name: '2026-01', hex: '11'.repeat(32) }] },
  });
  const { home, database } = encrypting.config;
  await encrypting.reaches(await encrypting.agent.submits(anErrand()), 'SUCCEEDED');
  const source = {
    DATABASE_APP_URL: database.given?.app,
    DATABASE_QUEUE_URL: database.given?.queue ?? undefined,
  };
  const backup = await countersignAt({ ...source, COUNTERSIGN_HOME: home }, 'backup', '--json');
  expect(backup).toMatchObject({ code: 0 });
  const { id } = JSON.parse(backup.out) as { id: string };
  // Which they are is told as the server's own user, with the key or without it.
  const status = await countersignAt({ ...source, COUNTERSIGN_HOME: home }, 'encryption', 'status', '--json');
  expect(JSON.parse(status.out)).toMatchObject({ encryptsWith: null, keys: [{ name: '2026-01' }] });
  await using target = await createTestDatabase();
  const restored = await countersignAt(
    {
      DATABASE_URL: target.connectionString,
      DATABASE_APP_URL: loginsAt(target.connectionString).app,
      DATABASE_QUEUE_URL: loginsAt(target.connectionString).queue,
      COUNTERSIGN_HOME: join(folder, 'without-key'),
    },
    ...['restore', join(home, 'backups', id), '--key', join(home, 'backup.pub')],
  );
  expect(restored).toMatchObject({
    code: 1,
    err: expect.stringMatching(/encrypted with the key "2026-01", which/),
  });
  await using owner = target.open({ as: 'OWNER' });
  expect(await owner.query('SELECT FROM task LIMIT 1')).toEqual([]);
});

test('files of a backup are encrypted with the key of payload, and read with it alone', async () => {
  const key = { name: '2026-01', hex: '11'.repeat(32) };
  await using encrypting = await createWorld({ encryption: { keys: [key] } });
  const { home, database } = encrypting.config;
  const goal = 'Say hello to canary-5d1e7';
  await encrypting.reaches(await encrypting.agent.submits({ ...anErrand(), goal }), 'SUCCEEDED');
  const config = join(folder, 'encrypted.yaml');
  await writeFile(config, 'security: { encryption: { keys: [{ name: "2026-01", keySecret: at-rest }] } }\n');
  const withKey = (hex: string, more: NodeJS.ProcessEnv = {}) => ({
    DATABASE_APP_URL: database.given?.app,
    DATABASE_QUEUE_URL: database.given?.queue ?? undefined,
    COUNTERSIGN_HOME: home,
    COUNTERSIGN_CONFIG: config,
    COUNTERSIGN_SECRET_AT_REST: hex,
    ...more,
  });
  const backup = await countersignAt(withKey(key.hex), 'backup', '--json');
  expect(backup).toMatchObject({ code: 0, err: '' });
  const { id } = JSON.parse(backup.out) as { id: string };
  const at = join(home, 'backups', id);
  const paths = (await readdir(at, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const path of paths) {
    const start = (await readFile(path, 'latin1')).slice(0, 32);
    expect([path, start.startsWith('countersign encrypted/1 2026-01 ')]).toEqual([
      path,
      !/manifest\.(?:json|sig)$/.test(path),
    ]);
  }

  const verify = (hex: string) => countersignAt(withKey(hex), 'backup', 'verify', id);
  expect(await verify(key.hex)).toMatchObject({
    code: 0,
    out: expect.stringContaining('encrypted with 2026-01'),
  });
  expect(await verify('22'.repeat(32))).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^NOT VERIFIED\. .*does not decrypt with the key "2026-01"/),
  });
  expect(
    await countersignAt({ COUNTERSIGN_HOME: home, COUNTERSIGN_CONFIG: '' }, 'backup', 'verify', id),
  ).toMatchObject({
    code: 1,
    err: expect.stringMatching(/encrypted with the key "2026-01", which security\.encryption\.keys/),
  });

  // Not a byte of it may change, and no file may stand in the place of another.
  const place = encryptedPlace(
    backupFolder(join(home, 'backups')),
    createFileCipher(() => [key]),
  );
  const keys = await keysIn(join(home, 'backup.pub'));
  const verdict = async () => (await verifyBackup(place, id, keys)).ok;
  expect(await verdict()).toBe(true);
  for (let flip = 0; flip < 100; flip += 1) {
    const path = paths[flip < paths.length ? flip : randomInt(paths.length)] ?? '';
    const bytes = await readFile(path);
    const changed = Buffer.from(bytes);
    const byte = randomInt(bytes.length);
    changed[byte] = (bytes[byte] ?? 0) ^ (1 << randomInt(8));
    await writeFile(path, changed);
    expect([path, byte, await verdict()]).toEqual([path, byte, false]);
    await writeFile(path, flip % 10 === 0 ? bytes.subarray(0, -1) : bytes);
    if (flip % 10 === 0) expect([path, 'cut off', await verdict()]).toEqual([path, 'cut off', false]);
    await writeFile(path, bytes);
  }
  const [task, plan] = ['task', 'plan'].map((table) => join(at, 'tables', `${table}.copy.gz`)) as [
    string,
    string,
  ];
  const bytes = await readFile(task);
  await writeFile(task, await readFile(plan));
  expect(await verify(key.hex)).toMatchObject({
    err: expect.stringMatching(/task\.copy\.gz is another file: it was written as .*plan\.copy\.gz/),
  });
  await writeFile(task, bytes);

  await using target = await createTestDatabase();
  const restored = await countersignAt(
    withKey(key.hex, {
      DATABASE_URL: target.connectionString,
      DATABASE_APP_URL: loginsAt(target.connectionString).app,
      DATABASE_QUEUE_URL: loginsAt(target.connectionString).queue,
      COUNTERSIGN_HOME: join(folder, 'with-key'),
    }),
    ...['restore', at, '--key', join(home, 'backup.pub'), '--json'],
  );
  expect(restored).toMatchObject({ code: 0 });
  await using owner = target.open({ as: 'OWNER' });
  expect(await owner.query('SELECT goal FROM task')).toEqual([{ goal }]);
});

test('where anything is in the database, nothing is made in it', async () => {
  const restoreInto = (url: string) =>
    countersignAt(
      {
        DATABASE_URL: url,
        DATABASE_APP_URL: loginsAt(url).app,
        DATABASE_QUEUE_URL: loginsAt(url).queue,
        COUNTERSIGN_HOME: join(folder, 'refused'),
      },
      ...['restore', join(homeFile('backups'), taken.id), '--key', homeFile('backup.pub')],
    );
  // Of an older release, whose tables a migration would change.
  await using older = await createTestDatabase();
  await using ofOlder = older.open({ as: 'OWNER' });
  await ofOlder.query(`INSERT INTO tenant (id, name, created_at) VALUES (gen_random_uuid(), 'other', now())`);
  await ofOlder.query(
    'DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)',
  );
  const migrations = () => ofOlder.query('SELECT migration_name FROM _prisma_migrations ORDER BY 1');
  const before = await migrations();
  expect(await restoreInto(older.connectionString)).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is an installation in this database already'),
  });
  expect(await migrations()).toEqual(before);

  await using others = await createTestDatabase();
  await using ofOthers = others.open({ as: 'OWNER' });
  await ofOthers.query('DROP SCHEMA public CASCADE');
  await ofOthers.query('DROP SCHEMA IF EXISTS bullmq CASCADE');
  await ofOthers.query('CREATE SCHEMA public');
  await ofOthers.query('CREATE TABLE invoices (id int)');
  expect(await restoreInto(others.connectionString)).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is something in this database already (public.invoices)'),
  });
  expect(
    await ofOthers.query(
      `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    ),
  ).toEqual([{ relname: 'invoices' }]);

  // Of another application that Prisma migrates, with one that it has begun.
  await ofOthers.query(
    `CREATE TABLE _prisma_migrations (id text PRIMARY KEY, checksum text NOT NULL, finished_at timestamptz,
       migration_name text NOT NULL, logs text, rolled_back_at timestamptz,
       started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0)`,
  );
  await ofOthers.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
     VALUES ('1', '', '20240101000000_invoices', now()), ('2', '', '20240102000000_totals', NULL)`,
  );
  expect(await restoreInto(others.connectionString)).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is something in this database already (public._prisma_migrations)'),
  });
  expect(
    await ofOthers.query(
      `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    ),
  ).toEqual([{ relname: '_prisma_migrations' }, { relname: 'invoices' }]);
  expect(await ofOthers.query('SELECT count(rolled_back_at)::int AS count FROM _prisma_migrations')).toEqual([
    { count: 0 },
  ]);
});

test('the drill restores the newest backup beside what runs, says how long it took, and leaves nothing behind', async () => {
  const { home, database } = world.config;
  const config = join(folder, 'production.yaml');
  await writeFile(config, 'database:\n  url: postgres://nobody@127.0.0.1:1/none\nbackup:\n  keep: 3\n');
  const script = join(import.meta.dirname, '../../../../examples/drills/restore.sh');
  const env = {
    ...inheritedEnvironment(),
    TMPDIR: folder,
    COUNTERSIGN: `${process.execPath} ${programOf('cli')}`,
    COUNTERSIGN_HOME: home,
    DATABASE_APP_URL: database.given?.app,
    DATABASE_QUEUE_URL: database.given?.queue ?? undefined,
    // As many set it: the drill must not open what it names.
    COUNTERSIGN_CONFIG: config,
  };
  const drills = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.startsWith('tmp.'));
  const drill = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile('sh', [script, ...args], { env }, (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err });
      });
    });
  const { code, out, err } = await drill();
  expect([code, err]).toEqual([0, expect.stringContaining('COMPLETE')]);
  expect(out).toMatch(new RegExp(`The drill went well: ${taken.id} was restored in \\d+ s`));
  expect(await drill('none')).toMatchObject({ code: 1, err: expect.stringContaining('no backup none') });
  expect(await drills()).toEqual([]);
});
