import { appendFile, mkdir, readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linesOf, readKeys, verifyFiles, type Verdict } from '@countersign/audit/verify-audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEvent } from '../../testing/events.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import {
  archiveSome,
  ensureSound,
  findDue,
  recordArchive,
  writeArchive,
} from '../modules/audit/archive-record.ts';
import { newId } from '../infra/ids.ts';
import { exportEvidence, exportRecord, sealAll } from '../modules/audit/index.ts';
import { createOperations, type Operations } from '../operations.ts';
import { isInLog, lastArchive } from '../record/archive-store.ts';
import { wholeTenant } from '../domain/sight.ts';

let world: World;
let operations: Operations;
let task: Task;
let firstCursor: string;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
  operations = createOperations(world.services, {} as never, {} as never);
  firstCursor = await world.services.events.end();
  task = await world.agent.submits(aRiskyTask());
  await world.approver.approves(task);
});
afterAll(() => world[Symbol.asyncDispose]());

const keepMs = 1;
const never = new AbortController().signal;
const deps = () => ({ ...world.services, ...world.services.sealing });
const call = () => ({ viewer: signedIn(world.operator.principal), traceparent: null });

/** So many entries, sealed, read by whoever counts and tells, and past their time. */
const past = async (count: number): Promise<void> => {
  const { tenantId, services } = world;
  await services.journal.transaction((tx) => {
    for (let at = 0; at < count; at += 1)
      tx.record(anEvent(tenantId, { type: 'session.ended', summary: `Ended ${at}`, data: { at } }));
    return Promise.resolve();
  });
  const [last] = await world.owner.query<{ seq: bigint }>('SELECT max(seq) AS seq FROM event');
  await until(
    async () => {
      await sealAll(deps());
      const due = await findDue(deps(), tenantId, keepMs);
      return due && due.last.toSeq >= (last?.seq ?? 0n) ? true : undefined;
    },
    () => 'they are not due',
  );
};
const archives = () => archiveSome(deps(), world.tenantId, keepMs, never);
const mayRemoveAfter = (ms: number) =>
  world.owner.query(
    'INSERT INTO audit_floor (id, keep_ms) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET keep_ms = $1',
    [ms],
  );

interface Part {
  readonly name: string;
  readonly bytes: Buffer;
}
const folderOf = () => join(world.config.retention.archiveFolder, world.tenantId);
const gathered = async (lines: AsyncIterable<string>): Promise<Buffer> => {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return Buffer.from(found.join(''));
};
const segments = async (): Promise<Part[]> => {
  const names = (await readdir(folderOf())).filter((name) => name.endsWith('.jsonl')).sort();
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folderOf(), name)) })));
};
const live = async (): Promise<Part> => {
  await sealAll(deps());
  const after = (await lastArchive(world.services.database, world.tenantId)) ?? undefined;
  return { name: 'live.jsonl', bytes: await gathered(exportRecord(deps(), world.tenantId, after)) };
};
const verify = (...parts: readonly Part[]): Verdict =>
  verifyFiles(
    parts.map(({ name, bytes }) => ({ name, lines: linesOf([bytes]) })),
    readKeys(world.services.sealing.key.publicKeys),
  );
const countOf = async (): Promise<number> => {
  const [row] = await world.owner.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM event WHERE tenant_id = $1',
    [world.tenantId],
  );
  return row?.count ?? 0;
};

describe('the record, past its time', () => {
  it('is not removed by whoever logs in as the application, whatever they write beside it', async () => {
    const { database } = world.services;
    await past(1_000);
    await expect(database.query('DELETE FROM event')).rejects.toThrow('permission denied');
    const remove = () => database.query('SELECT remove_archived_events($1, 1, 10)', [world.tenantId]);
    await expect(remove()).rejects.toThrow('there is no archive 1');
    const due = await findDue(deps(), world.tenantId, keepMs);
    if (!due) throw new Error('nothing is due');
    const archive = await writeArchive(deps(), world.tenantId, due);
    // Cut off before the row: a file for which another one will stand.
    const path = join(world.config.retention.archiveFolder, archive.fileName);
    await utimes(path, 0, 0);
    const records = (more: object) => recordArchive(world.services, { ...archive, ...more });
    await expect(records({})).rejects.toThrow('no seal that is old enough');
    await expect(database.query('INSERT INTO audit_floor VALUES (1, 0)')).rejects.toThrow(
      'permission denied',
    );
    await mayRemoveAfter(3_600_000);
    await expect(records({})).rejects.toThrow('no seal that is old enough');
    await mayRemoveAfter(keepMs);
    await expect(records({ number: 2 })).rejects.toThrow('does not continue');
    await expect(records({ fromSeq: 5n })).rejects.toThrow('does not continue');
    await expect(records({ root: '0'.repeat(64) })).rejects.toThrow('no seal that is old enough');
    await expect(records({ toSeq: archive.toSeq + 1n })).rejects.toThrow('no seal that is old enough');
    await expect(world.owner.query('DELETE FROM event')).rejects.toThrow('never changed');
  });

  it('is archived from wherever an earlier try was cut off, and verifies with what came after it', async () => {
    const { database, journal } = world.services;
    const before = (await live()).bytes.toString().split('\n');
    const total = await countOf();
    // Cut off while it writes: what lies there is of no account.
    await mkdir(folderOf(), { recursive: true });
    await writeFile(join(folderOf(), '000001.1.part'), 'half of');
    expect(await archives()).toBeGreaterThan(1_000);
    // Cut off before anything left the log.
    await past(1_000);
    const due = await findDue(deps(), world.tenantId, keepMs);
    if (!due) throw new Error('nothing is due');
    const archive = await writeArchive(deps(), world.tenantId, due);
    await recordArchive({ journal }, archive);
    const held = await countOf();
    expect(await isInLog(database, archive)).toBe(true);
    // And in the middle of that.
    const signal = AbortSignal.abort();
    expect(await archiveSome(deps(), world.tenantId, keepMs, signal)).toBe(1_000);
    expect(await countOf()).toBe(held - 1_000);
    while ((await archives()) !== null);
    expect(await isInLog(database, archive)).toBe(false);
    await past(1_000);
    await archives();
    expect(await countOf()).toBeLessThan(1_000);
    expect((await segments()).length).toBeGreaterThanOrEqual(3);

    const parts = [...(await segments()), await live()];
    const verdict = verify(...parts);
    expect(verdict).toMatchObject({ ok: true });
    const whole = await gathered(exportRecord(deps(), world.tenantId));
    expect(verify({ name: 'whole', bytes: whole })).toMatchObject({ ...verdict, ok: true });
    // To the byte as it was before, but for the first line and the last.
    expect(
      whole
        .toString()
        .split('\n')
        .slice(1, before.length - 2),
    ).toEqual(before.slice(1, -2));
    expect(verdict).toMatchObject({
      entries: expect.toSatisfy((count: number) => count > total + 2_000) as number,
    });
  });

  it('is not verified where a byte of it, or a file, is another', async () => {
    const parts = [...(await segments()), await live()];
    expect(parts.length).toBeGreaterThanOrEqual(4);
    const [first, second, third, ...rest] = parts;
    if (!first || !second || !third) throw new Error('there are too few');
    expect(verify(first, third, ...rest)).toMatchObject({ fault: { kind: 'MISSING', file: third.name } });
    expect(verify(second, third, ...rest)).toMatchObject({ fault: { kind: 'MISSING', file: second.name } });
    expect(verify(first, third, second, ...rest)).toMatchObject({
      fault: { kind: 'MISSING', file: third.name },
    });
    expect(verify(first, first, second, third, ...rest)).toMatchObject({ fault: { file: first.name } });
    for (let at = 0; at < 40; at += 1) {
      const bytes = Buffer.from(second.bytes);
      const place = at < 10 ? bytes.length - 1 - at * 23 : Math.floor((bytes.length * at) / 40);
      bytes[place] = (bytes[place] ?? 0) ^ (1 << (at % 7));
      expect(verify(first, { ...second, bytes }, third, ...rest), `byte ${place}`).toMatchObject({
        fault: { file: second.name },
      });
    }
  });

  it('still proves what a task did, and says where its entries are', async () => {
    const evidence = await gathered(exportEvidence(deps(), world.tenantId, task.id));
    const verdict = verify({ name: 'evidence', bytes: evidence });
    expect(verdict).toMatchObject({ ok: true });
    const types = evidence.toString().match(/"type":"[^"]+"/g) ?? [];
    for (const type of ['task.submitted', 'approval.requested', 'approval.reviewed'])
      expect(types).toContain(`"type":"${type}"`);
    const [, seq] = /"seq":"(\d+)","type":"approval.reviewed"/.exec(evidence.toString()) ?? [];
    const proof = await operations.auditEntryProof.execute(call(), { seq: seq ?? '' });
    if (!proof.ok) throw new Error(proof.refusal.message);
    expect(verify({ name: 'entry', bytes: Buffer.from(proof.value.text) })).toMatchObject({ entries: 1 });

    expect(await world.services.events.follow(wholeTenant(world.tenantId), firstCursor, {})).toMatchObject({
      refusal: { code: 'RESYNC_REQUIRED', message: expect.stringContaining('archive') as string },
    });
    const end = await world.services.events.end();
    expect(await world.services.events.follow(wholeTenant(world.tenantId), end, {})).toMatchObject({
      ok: true,
    });

    const folder = folderOf();
    await rename(folder, `${folder}.away`);
    const away = await operations.auditProof.execute(call(), { taskId: task.id });
    expect(away).toMatchObject({
      refusal: { code: 'DEPENDENCY_FAILED', message: expect.stringContaining('000001-') as string },
    });
    await rename(`${folder}.away`, folder);
  });

  it('forgets what an entry in a file said, but for what somebody holds', async () => {
    const viewer = signedIn(
      await world.services.access.ensurePrincipal({
        tenantId: world.tenantId,
        type: 'HUMAN',
        name: 'Records officer',
        roles: ['ADMIN', 'OPERATOR'],
      }),
    );
    const as = { viewer, traceparent: null };
    const reason = 'The customer asked us to forget it.';
    const placed = await operations.placeLegalHold.execute(as, { taskId: task.id, reason });
    if (!placed.ok) throw new Error(placed.refusal.message);
    const erase = () => operations.eraseAuditEntries.execute(as, { taskId: task.id, reason });
    expect(await erase()).toMatchObject({ refusal: { code: 'NOT_IN_THIS_STATE' } });
    expect(await operations.retention.execute(as, {})).toMatchObject({
      value: { archives: expect.any(Number) as number, holds: [{ taskId: task.id, releasedAt: null }] },
    });
    expect(await operations.releaseLegalHold.execute(as, { id: placed.value.id, reason })).toMatchObject({
      ok: true,
    });
    // What the hold and the evidence told is in the log still.
    let erased = 0;
    for (let said = await erase(); said.ok; said = await erase()) erased += said.value.erased;
    expect(erased).toBeGreaterThan(3);
    const parts = [...(await segments()), await live()];
    expect(parts.some(({ bytes }) => bytes.includes(task.goal))).toBe(false);
    const verdict = verify(...parts);
    expect(verdict.ok ? null : verdict.fault).toBeNull();
    expect(verdict).toMatchObject({ ok: true, erased });
  });

  it('stays in the log where its archive is forged, its file is another, or somebody holds the tenant', async () => {
    const { services } = world;
    const { tenantId } = await world.inTenant('other');
    const count = async () =>
      (await world.owner.query('SELECT 1 FROM event WHERE tenant_id = $1', [tenantId])).length;
    await until(
      async () => {
        await sealAll(deps());
        return (await findDue(deps(), tenantId, keepMs)) ?? undefined;
      },
      () => 'nothing is due',
    );
    const due = await findDue(deps(), tenantId, keepMs);
    if (!due) throw new Error('nothing is due');
    const archive = await writeArchive(deps(), tenantId, due);
    const hold = newId();
    await world.owner.query(
      `INSERT INTO legal_hold (id, tenant_id, reason, by_id, at) VALUES ($1, $2, 'A lawsuit.', $1, now())`,
      [hold, tenantId],
    );
    await expect(recordArchive(services, archive)).rejects.toThrow('legal hold');
    expect(await findDue(deps(), tenantId, keepMs)).toBeNull();
    await world.owner.query('UPDATE legal_hold SET released_at = now() WHERE id = $1', [hold]);
    const there = await count();
    const signature = Buffer.alloc(64, 1).toString('base64');
    await recordArchive(services, { ...archive, signature });
    await expect(archiveSome(deps(), tenantId, keepMs, never)).rejects.toThrow('is forged');
    await recordArchive(services, { ...archive, revision: 2, signature });
    await expect(archiveSome(deps(), tenantId, keepMs, never)).rejects.toThrow('is forged');
    expect(await count()).toBe(there + 2);
    await appendFile(join(world.config.retention.archiveFolder, archive.fileName), ' ');
    await expect(ensureSound(services.sealing, archive)).rejects.toThrow('is not the one that was archived');
  });
});
