import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readKeys, verifyFile } from '@countersign/audit/verify-audit';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { createFileCipher } from '../infra/file-cipher.ts';
import type { EncryptionKey } from '../infra/cell-cipher.ts';
import { findDue, recordArchive, writeArchive } from '../modules/audit/archive-record.ts';
import {
  createArchiveFiles,
  eraseArchived,
  exportRecord,
  sealAll,
  type ArchiveFiles,
} from '../modules/audit/index.ts';
import { findKeysInUse } from '../record/encryption-store.ts';
import { rotateKeys } from '../rotation.ts';

const one: EncryptionKey = { name: '2026-01', hex: '11'.repeat(32) };
const two: EncryptionKey = { name: '2026-02', hex: '22'.repeat(32) };
const canary = 'canary-81c4f';

/** Archives what there is, whatever its age. */
const archived = async (world: World, files: ArchiveFiles = world.services.sealing.files) => {
  const deps = { ...world.services, ...world.services.sealing, files };
  await world.owner.query('INSERT INTO audit_floor (id, keep_ms) VALUES (1, 1)');
  const due = await until(
    async () => {
      await sealAll(deps);
      return (await findDue(deps, world.tenantId, 1)) ?? undefined;
    },
    () => 'nothing is due',
  );
  const archive = await writeArchive(deps, world.tenantId, due);
  await recordArchive(world.services, archive);
  return archive;
};

test('files of the archive are encrypted with the key of payload, rotated with it, and verify with it', async () => {
  await using database = await createTestDatabase();
  await using world = await createWorld({ database, encryption: { keys: [one] } });
  await world.reaches(await world.agent.submits({ ...anErrand(), goal: canary }), 'SUCCEEDED');
  const { fileName } = await archived(world);
  const folder = world.config.retention.archiveFolder;
  const path = join(folder, fileName);
  const bytes = await readFile(path, 'latin1');
  expect(bytes).toMatch(/^countersign encrypted\/1 2026-01 /);
  expect(bytes).not.toContain(canary);

  // Whoever has the key checks the file by itself, wherever it lies, and a copy of the record has what it says.
  const deps = { ...world.services, ...world.services.sealing };
  const elsewhere = join(world.config.home, 'taken-away.jsonl');
  await writeFile(elsewhere, bytes, 'latin1');
  const publicKeys = join(world.config.home, 'audit.pub');
  const read = (keys: readonly EncryptionKey[]) => createFileCipher(() => keys).openAnywhere;
  expect(readKeys(await readFile(publicKeys, 'utf8')).size).toBe(1);
  expect(verifyFile(elsewhere, publicKeys, null, read([one]))).toMatchObject({ ok: true });
  expect(() => verifyFile(elsewhere, publicKeys, null, read([two]))).toThrow(/"2026-01", which/);
  let exported = '';
  for await (const line of exportRecord(deps, world.tenantId)) exported += line;
  expect(exported).toContain(canary);

  await world.services.live.change({ ...world.config, encryption: { keys: [two, one] } });
  const archive = createArchiveFiles(
    folder,
    createFileCipher(() => [two, one]),
  );
  await using owner = database.open({ as: 'OWNER' });
  const rotated = async () => {
    await until(
      async () => {
        const [report] = await owner.query<{ key: string }>(
          `SELECT report->>'encryptsWith' AS key FROM process_report WHERE expires_at > now()`,
        );
        return report === undefined || report.key === two.name ? true : undefined;
      },
      () => 'the server did not say that it has another key',
    );
    return rotateKeys(owner, [two, one], archive);
  };
  // In another home, nobody knows what they are under.
  const away = join(world.config.home, 'away.jsonl');
  await rename(path, away);
  expect(await rotated()).toMatchObject({ files: 0, filesElsewhere: 1, free: [] });
  expect((await findKeysInUse(owner)).map(({ name }) => name)).toEqual([one.name, two.name]);
  await mkdir(dirname(path), { recursive: true });
  await rename(away, path);
  expect(await rotated()).toMatchObject({ files: 1, filesElsewhere: 0, free: [one.name] });
  expect(await archive.keyOf(fileName)).toBe(two.name);
  expect(verifyFile(path, publicKeys, null, read([two]))).toMatchObject({ ok: true });
  expect(await rotated()).toMatchObject({ files: 0, free: [] });
});

test('a file that is written while its key is replaced is under the one that replaced it', async () => {
  await using world = await createWorld({ encryption: { keys: [one] } });
  await world.reaches(await world.agent.submits(anErrand()), 'SUCCEEDED');
  let keys = [one];
  const files = createArchiveFiles(
    world.config.retention.archiveFolder,
    createFileCipher(() => keys),
  );
  const { fileName } = await archived(world, {
    ...files,
    async write(...given) {
      const written = await files.write(...given);
      keys = [two, one];
      return written;
    },
  });
  expect(await files.keyOf(fileName)).toBe(two.name);
});

test('what is erased from the archive while keys are rotated does not come back', async () => {
  await using database = await createTestDatabase();
  await using world = await createWorld({ database, encryption: { keys: [two, one] } });
  const task = await world.agent.submits({ ...anErrand(), goal: canary });
  await world.reaches(task, 'SUCCEEDED');
  const folder = world.config.retention.archiveFolder;
  const older = createArchiveFiles(
    folder,
    createFileCipher(() => [one]),
  );
  const { fileName } = await archived(world, older);
  const files = createArchiveFiles(
    folder,
    createFileCipher(() => [two, one]),
  );
  const deps = { ...world.services, ...world.services.sealing, files };
  let erasures = 0;
  await using owner = database.open({ as: 'OWNER' });
  const rotation = await rotateKeys(owner, [two, one], {
    ...files,
    async encryptAnew(name) {
      const path = join(folder, name);
      const bytes = await readFile(path);
      const erasure = { taskId: task.id, reason: 'They asked us to forget it.' };
      const outcome = await eraseArchived(deps, { tenantId: world.tenantId, id: null }, erasure);
      expect(outcome).toMatchObject({ ok: true });
      erasures += 1;
      // As where it had been read before.
      await writeFile(path, bytes);
      await files.encryptAnew(name);
    },
  });
  expect(erasures).toBe(1);
  expect(rotation.free).toEqual([]);
  const names = await readdir(join(folder, world.tenantId));
  expect(names).toHaveLength(1);
  expect(names).not.toContain(basename(fileName));
});
