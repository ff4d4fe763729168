import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  digestOf,
  payloadHashOf,
  readAnchors,
  readKeys,
  verifyFile,
  type Entry,
} from '@countersign/audit/verify-audit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anEvent } from '../../testing/events.ts';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { exportRecord, sealAll } from '../modules/audit/index.ts';

const stack = new AsyncDisposableStack();
let world: World;
let folder: string;
let keyFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-audit-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  world = stack.use(await createWorld());
  keyFile = join(world.config.home, 'audit.pub');
});
afterAll(() => stack.disposeAsync());

const record = (count: number) =>
  world.services.journal.transaction((tx) => {
    for (let at = 0; at < count; at += 1)
      tx.record(anEvent(world.tenantId, { type: 'session.ended', summary: `Ended ${at}`, data: { at } }));
    return Promise.resolve();
  });

const exported = async (name: string): Promise<{ file: string; lines: string[] }> => {
  const deps = {
    database: world.services.database,
    clock: world.services.clock,
    key: world.services.sealing.key,
  };
  await sealAll(deps);
  const lines: string[] = [];
  for await (const line of exportRecord(deps, world.tenantId)) lines.push(line);
  const file = join(folder, name);
  await writeFile(file, lines.join(''));
  return { file, lines };
};

/** As somebody who owns the database: no trigger stops them. */
const asOwner = (text: string, values: readonly unknown[] = []) =>
  world.owner.transaction(async (tx) => {
    await tx.query(`SET LOCAL session_replication_role = 'replica'`);
    await tx.query(text, values);
  });

it('is sealed while work goes on, anchored, exported whole, and names what the owner of the database changed', async () => {
  const task = await world.agent.submits(anEffect('ledger.keyed', aResource()));
  await world.reaches(task, 'SUCCEEDED');
  await record(2_500);
  const { anchor } = world.config.audit;
  await until(
    async () => {
      const text = await readFile(anchor.file, 'utf8').catch(() => '');
      const keys = readKeys(await readFile(keyFile, 'utf8'));
      return readAnchors(text, keys).find(({ size }) => size >= 2_500);
    },
    () => 'no head was anchored',
  );
  expect(await world.services.sealing.watch.trouble()).toBeNull();

  const whole = await exported('whole.jsonl');
  const verdict = verifyFile(whole.file, keyFile, anchor.file);
  expect(verdict).toMatchObject({ ok: true });
  const entries = whole.lines.flatMap((line, at) => {
    const read = JSON.parse(line) as Entry & { readonly kind: string };
    return read.kind === 'entry' ? [{ ...read, line: at + 1 }] : [];
  });
  expect(verdict).toMatchObject({ entries: entries.length });
  expect(entries.filter(({ taskId }) => taskId === task.id).map(({ type }) => type)).toContain(
    'task.succeeded',
  );

  // With its digest made to fit, as somebody would who has read this code.
  const victim = entries.find(({ type, taskId }) => type === 'step.succeeded' && taskId === task.id);
  if (!victim) throw new Error('nothing was done');
  const digest = digestOf(
    world.tenantId,
    victim,
    payloadHashOf('Nothing happened', victim.data, victim.salt ?? ''),
  );
  await asOwner('UPDATE event SET summary = $2, digest = $3 WHERE seq = $1', [
    victim.seq,
    'Nothing happened',
    digest,
  ]);
  const { file: edited } = await exported('edited.jsonl');
  expect(verifyFile(edited, keyFile, null)).toMatchObject({
    ok: false,
    fault: { kind: 'ALTERED', line: victim.line, seq: victim.seq },
  });

  await asOwner('DELETE FROM event WHERE seq = $1', [victim.seq]);
  const { file: deleted } = await exported('deleted.jsonl');
  expect(verifyFile(deleted, keyFile, null)).toMatchObject({
    fault: { kind: 'MISSING', line: victim.line, seq: entries[entries.indexOf(victim) + 1]?.seq },
  });
});

it('is sealed by one process at a time, and refuses to be changed', async () => {
  const deps = {
    database: world.services.database,
    clock: world.services.clock,
    key: world.services.sealing.key,
  };
  await record(50);
  await Promise.all(Array.from({ length: 4 }, () => sealAll(deps)));
  const rows = await world.owner.query<{ size: bigint; count: string }>(
    `SELECT size, sum(length(leaves) / 32) OVER (ORDER BY size) AS count FROM audit_seal WHERE tenant_id = $1`,
    [world.tenantId],
  );
  expect(rows.every(({ size, count }) => size === BigInt(count))).toBe(true);
  await expect(world.owner.query('UPDATE audit_seal SET root = prev_root')).rejects.toThrow('never changed');
  await expect(world.owner.query(`UPDATE event SET summary = 'Erased'`)).rejects.toThrow('never changed');
  await expect(world.services.database.query('DELETE FROM audit_seal')).rejects.toThrow('permission denied');
});
