import { createPublicKey, verify } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotationText, verifyFile } from '@countersign/audit/verify-audit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anEvent } from '../../testing/events.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { exportRecord, KeyElsewhere, openAuditKey, rotateAuditKey, sealAll } from '../modules/audit/index.ts';

const stack = new AsyncDisposableStack();
let world: World;
let folder: string;
let home: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-keys-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  world = stack.use(await createWorld({ background: 'NONE' }));
  ({ home } = world.config);
});
afterAll(() => stack.disposeAsync());

const deps = () => ({ ...world.services, ...world.services.sealing });

const exported = async (name: string): Promise<string> => {
  await world.services.journal.transaction((tx) => {
    tx.record(anEvent(world.tenantId, { type: 'session.ended', summary: name }));
    return Promise.resolve();
  });
  await sealAll(deps());
  let text = '';
  for await (const line of exportRecord(deps(), world.tenantId)) text += line;
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
};

const rotate = (reason: string) =>
  rotateAuditKey(world.services, { home, tenantIds: [world.tenantId], reason });

const told = () =>
  world.owner.query<{ data: { to: string; signature?: string } }>(
    `SELECT data FROM event WHERE type = 'audit.key_rotated' AND tenant_id = $1 ORDER BY seq`,
    [world.tenantId],
  );

it('is sealed by one key, and no process makes another without being told to', async () => {
  expect(verifyFile(await exported('first.jsonl'), join(home, 'audit.pub'), null)).toMatchObject({
    ok: true,
  });
  const elsewhere = await mkdtemp(join(folder, 'elsewhere-'));
  const away = await openAuditKey(world.services, elsewhere);
  await expect(sealAll({ ...deps(), key: away })).rejects.toThrow('countersign audit rotate-key');
  expect(() => away.sign(Buffer.from('something'))).toThrow(KeyElsewhere);
  await copyFile(join(home, 'audit.key'), join(elsewhere, 'audit.key'));
  await sealAll({ ...deps(), key: away });
  expect(away.keyId).toBe(world.services.sealing.key.keyId);
  expect((await openAuditKey(world.services, elsewhere)).keyId).toBe(world.services.sealing.key.keyId);
  expect(await world.owner.query('SELECT number FROM audit_key')).toHaveLength(1);
});

it('goes on with the next key, which the one before signed for, without a restart', async () => {
  const oldKeys = join(folder, 'old.pub');
  await copyFile(join(home, 'audit.pub'), oldKeys);
  const reason = 'A year has gone by since the last.';
  const { from, to, isSigned } = await rotate(reason);
  expect(isSigned).toBe(true);
  const file = await exported('second.jsonl');
  expect(world.services.sealing.key.keyId).toBe(to);
  expect(verifyFile(file, join(home, 'audit.pub'), null)).toMatchObject({ ok: true });
  // The one that somebody took away before is enough: it signed for the next.
  expect(verifyFile(file, oldKeys, null)).toMatchObject({ ok: true });
  const newKey = join(folder, 'new.pub');
  await writeFile(newKey, world.services.sealing.key.publicKey);
  expect(verifyFile(file, [newKey, oldKeys], null)).toMatchObject({ ok: true });
  const [key] = await world.owner.query<{ at: Date }>('SELECT at FROM audit_key WHERE key_id = $1', [to]);
  const [rotation] = await told();
  const { publicKey } = world.services.sealing.key;
  const text = rotationText({ from, to, publicKey, at: key?.at.toISOString() ?? '', reason });
  const signature = Buffer.from(rotation?.data.signature ?? '', 'base64');
  expect(verify(null, text, createPublicKey(await readFile(oldKeys, 'utf8')), signature)).toBe(true);
});

it('is rotated again, and signed for, where the last rotation was cut off before its key stood in its place', async () => {
  const { from, to } = await rotate('To be cut off before its end.');
  await rename(join(home, 'audit.key'), join(home, 'audit.key.next'));
  await rename(join(home, `audit-${from}.key`), join(home, 'audit.key'));
  expect(await rotate('Once more, after a crash.')).toMatchObject({ from: to, isSigned: true });
});

it('is not sealed by whoever has not its key, and says on record that the next one was not signed for', async () => {
  await unlink(join(home, 'audit.key'));
  const { sealing } = await world.startsNode();
  await expect(sealAll({ ...deps(), key: sealing.key })).rejects.toThrow(KeyElsewhere);
  expect(await rotate('The disk with the key is gone.')).toMatchObject({ isSigned: false });
  const file = await exported('third.jsonl');
  expect(verifyFile(file, join(folder, 'old.pub'), null)).toMatchObject({ ok: false });
  expect(verifyFile(file, join(home, 'audit.pub'), null)).toMatchObject({ ok: true });
  const rotations = await told();
  expect(rotations).toHaveLength(4);
  expect(rotations[3]?.data).not.toHaveProperty('signature');
});
