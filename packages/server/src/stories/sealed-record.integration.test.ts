import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  digestOf,
  payloadHashOf,
  readAnchors,
  readKeys,
  verifyFile,
  verifyLines,
  type Entry,
  type Head,
} from '@countersign/audit/verify-audit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anEvent } from '../../testing/events.ts';
import { sealed, sealedCopy } from '../../testing/sealed-copy.ts';
import { aResource, anEffect, aRiskyTask } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { newId } from '../infra/ids.ts';
import { createLogger } from '../infra/logger.ts';
import type { Anchor } from '../modules/audit/anchors.ts';
import { eraseEntries } from '../modules/audit/erase-entries.ts';
import {
  createAttempts,
  createProofOperations,
  exportEvidence,
  exportRecord,
  sealAll,
  startSealer,
} from '../modules/audit/index.ts';
import type { Journal } from '../record/journal.ts';

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
  const lines = await sealedCopy(world);
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

it('gives the evidence of a task, which proves itself and not what was altered in it', async () => {
  const task = await world.agent.submits(aRiskyTask());
  await world.reaches(task, 'AWAITING_APPROVAL');
  await world.approver.approves(task);
  await world.reaches(task, 'SUCCEEDED');
  const deps = await sealed(world);
  const lines: string[] = [];
  for await (const line of exportEvidence(deps, world.tenantId, task.id)) lines.push(line);
  const file = join(folder, 'evidence.jsonl');
  const verify = async (text: string) => {
    await writeFile(file, text);
    return verifyFile(file, keyFile, null);
  };
  const verdict = await verify(lines.join(''));
  expect(verdict).toMatchObject({ ok: true });
  const names = lines.flatMap((line) => /"kind":"exhibit","name":"([^"]+)"/.exec(line)?.[1] ?? []);
  for (const name of ['what was asked', 'plan, revision 1', 'step 1 as it was shown, revision 1', 'effects'])
    expect(names).toContain(name);
  const at = (part: string) => lines.findIndex((line) => line.includes(part));
  const reviewed = at('"type":"approval.reviewed"');
  const edited = lines.with(reviewed, (lines[reviewed] ?? '').replace('APPROVE', 'REJECT'));
  expect(await verify(edited.join(''))).toMatchObject({ fault: { kind: 'ALTERED', line: reviewed + 1 } });
  const shown = at('step 1 as it was shown');
  const reshown = lines.with(shown, (lines[shown] ?? '').replaceAll('platform', 'platf0rm'));
  expect(await verify(reshown.join(''))).toMatchObject({ fault: { kind: 'ALTERED', line: shown + 1 } });
});

it('forgets what an entry said on request, and keeps the proof and who asked for it', async () => {
  const administrator = await world.services.access.ensurePrincipal({
    tenantId: world.tenantId,
    type: 'HUMAN',
    name: 'Records officer',
    roles: ['ADMIN', 'OPERATOR'],
  });
  const task = await world.agent.submits(anEffect('ledger.keyed', aResource()));
  await world.reaches(task, 'SUCCEEDED');
  const deps = { ...world.services, ...world.services.sealing, findTasks: () => Promise.resolve([]) };
  const { eraseAuditEntries } = createProofOperations(deps);
  const viewer = { ...administrator, credential: { kind: 'SESSION', id: 's' } } as never;
  const erase = (reason: string) =>
    eraseAuditEntries.execute({ viewer, traceparent: null }, { taskId: task.id, reason });
  expect(await erase('no')).toMatchObject({ refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
  const program = { ...administrator, type: 'SERVICE', credential: { kind: 'API_KEY', id: 'k' } } as never;
  const asked = { taskId: task.id, reason: 'The customer asked us to forget it.' };
  expect(await eraseAuditEntries.execute({ viewer: program, traceparent: null }, asked)).toMatchObject({
    refusal: { code: 'AUTHORIZATION_FAILED' },
  });
  const said = await erase('The customer asked us to forget it.');
  if (!said.ok) throw new Error(said.refusal.message);
  expect(said.value.erased).toBeGreaterThan(3);
  expect(await erase('The customer asked us to forget it.')).toMatchObject({ ok: false });
  const [left] = await world.owner.query(
    `SELECT 1 FROM event WHERE task_id = $1 AND (summary <> 'Erased' OR data <> '{}')`,
    [task.id],
  );
  expect(left).toBeUndefined();
  const { file, lines } = await exported('erased.jsonl');
  expect(lines.some((line) => line.includes('audit.erased') && line.includes('asked us to forget'))).toBe(
    true,
  );
  expect(verifyFile(file, keyFile, null)).toMatchObject({ ok: true, erased: said.value.erased });
});

it('verifies before an erasure is sealed, which a transaction of anybody can hold back', async () => {
  const task = await world.agent.submits(anEffect('ledger.keyed', aResource()));
  await world.reaches(task, 'SUCCEEDED');
  const deps = await sealed(world);
  const reason = 'They asked for it.';
  const lines: string[] = [];
  await world.services.database.transaction(async (tx) => {
    await tx.query('SELECT pg_current_xact_id()');
    expect(
      await eraseEntries(world.services, world.approver.principal, { taskId: task.id, reason }),
    ).toMatchObject({ ok: true });
    await sealAll(deps);
    for await (const line of exportRecord(deps, world.tenantId)) lines.push(line);
  });
  const isErasure = (line: string) => line.startsWith('{"kind":"erasure"') && line.includes(reason);
  expect(lines.filter(isErasure)).toHaveLength(1);
  const keys = readKeys(await readFile(keyFile, 'utf8'));
  const verdictOn = (some: readonly string[]) =>
    verifyLines(
      some.map((line) => Buffer.from(line.trimEnd())),
      keys,
    );
  expect(verdictOn(lines)).toMatchObject({ ok: true });
  expect(verdictOn(lines.filter((line) => !isErasure(line)))).toMatchObject({ ok: false });
});

it('lets work go on whose entries were erased, and says in its evidence what nothing proves any more', async () => {
  const task = await world.agent.submits(aRiskyTask());
  await world.reaches(task, 'AWAITING_APPROVAL');
  const erase = () =>
    eraseEntries(world.services, world.approver.principal, {
      taskId: task.id,
      reason: 'It named a customer.',
    });
  expect(await erase()).toMatchObject({ ok: true });
  await world.approver.approves(task);
  await world.reaches(task, 'SUCCEEDED');
  const deps = await sealed(world);
  const lines: string[] = [];
  for await (const line of exportEvidence(deps, world.tenantId, task.id)) lines.push(line);
  const file = join(folder, 'silent-evidence.jsonl');
  await writeFile(file, lines.join(''));
  expect(verifyFile(file, keyFile, null)).toMatchObject({ ok: true });
  const unbound = lines.flatMap((line) => /"name":"([^"]+)".*"unbound"/.exec(line)?.[1] ?? []);
  // The plan is named by the review, which came later.
  expect(unbound).toEqual(['facts that were judged, revision 1']);
});

it('forgets all that a long task said, a thousand entries at a time', async () => {
  const taskId = newId();
  await world.services.journal.transaction((tx) => {
    for (let at = 0; at < 1_500; at += 1)
      tx.record(anEvent(world.tenantId, { type: 'session.ended', taskId, summary: `Said ${at}` }));
    return Promise.resolve();
  });
  const erase = () =>
    eraseEntries(world.services, world.approver.principal, { taskId, reason: 'They asked for it.' });
  expect(await erase()).toMatchObject({ value: { erased: 1_000 } });
  expect(await erase()).toMatchObject({ value: { erased: 500 } });
  expect(await erase()).toMatchObject({ refusal: { code: 'RESOURCE_NOT_FOUND' } });
});

it('counts what was refused through a flood of kinds, and while nothing can be recorded', async () => {
  const { services, tenantId } = world;
  let failures = 0;
  let isBroken = true;
  const journal: Pick<Journal, 'transaction'> = {
    transaction(work) {
      if (!isBroken) return services.journal.transaction(work);
      failures += 1;
      return Promise.reject(new Error('nothing is recorded now'));
    },
  };
  const logger = createLogger({ level: 'silent' });
  const findFirstTenant = () => Promise.resolve(tenantId);
  const attempts = createAttempts({ journal, findFirstTenant, clock: services.clock, logger });
  const actorId = tenantId;
  for (let at = 0; at < 2_000; at += 1)
    attempts.note({
      kind: 'REFUSED',
      tenantId,
      actorId,
      operation: `flood ${at}`,
      code: 'AUTHORIZATION_FAILED',
    });
  attempts.note({ kind: 'SIGN_IN', door: 'SESSION' });
  await until(
    () => failures > 0 || undefined,
    () => 'nothing was tried',
  );
  isBroken = false;
  await attempts[Symbol.asyncDispose]();
  const [told] = await world.owner.query<{ refused: number; doors: number }>(
    `SELECT (sum((data->>'count')::int) FILTER (WHERE type = 'attempt.refused'))::int AS refused,
            (count(*) FILTER (WHERE data->>'door' = 'SESSION'))::int AS doors
       FROM event WHERE (type = 'attempt.refused' AND data->>'code' = 'AUTHORIZATION_FAILED') OR data->>'door' = 'SESSION'`,
  );
  expect(told).toEqual({ refused: 2_000, doors: 1 });
});

it('tells of what was tried and refused, and of a flood of it once', async () => {
  const { attempts } = world.services;
  for (let at = 0; at < 10_000; at += 1) {
    attempts.note({ kind: 'SIGN_IN', door: 'API' });
    attempts.note({
      kind: 'REFUSED',
      tenantId: world.tenantId,
      actorId: world.tenantId,
      operation: 'approveTask',
      code: 'SELF_APPROVAL',
    });
  }
  const told = () =>
    world.owner.query<{ type: string; data: { count: number } }>(
      `SELECT type, data FROM event WHERE data->>'operation' = 'approveTask' OR data->>'door' = 'API' ORDER BY type`,
    );
  await until(
    async () => ((await told()).length >= 2 ? true : undefined),
    () => 'they are not on record',
  );
  const rows = await told();
  expect(rows.map(({ type }) => type)).toEqual(['attempt.refused', 'sign_in.failed']);
  expect(rows.every(({ data }) => data.count === 10_000)).toBe(true);
});

it('is sealed by one process at a time, and refuses to be changed', async () => {
  const deps = {
    database: world.services.database,
    clock: world.services.clock,
    ...world.services.sealing,
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

it('hands an anchor again what it did not take, and tells of it until then', async () => {
  await using other = await createWorld({ background: 'NONE' });
  const { services } = other;
  const { watch, key } = services.sealing;
  const kept: Head[] = [];
  let tries = 0;
  const keep: Anchor['keep'] = (heads) => {
    tries += 1;
    if (tries < 3) return Promise.reject(new Error('nobody is there'));
    kept.push(...heads);
    return Promise.resolve();
  };
  await using _ = startSealer({
    ...services,
    key,
    watch,
    anchors: [{ name: 'webhook', keep }],
    anchorEveryMs: 1,
    keptHeads: () => [],
    readTo: services.reader.position,
    logger: createLogger({ level: 'silent' }),
  });
  await until(
    () => tries === 1 || undefined,
    () => 'no head was handed over',
  );
  expect(await watch.trouble()).toContain('webhook');
  const [head] = await until(
    () => (kept.length > 0 ? kept : undefined),
    () => 'it was not handed over again',
  );
  expect(head?.tenantId).toBe(other.tenantId);
  expect(
    await until(
      async () => ((await watch.trouble()) === null ? true : undefined),
      () => 'still in trouble',
    ),
  ).toBe(true);
});
