import { describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World, type WorldOptions } from '../../testing/world.ts';
import { createFileCipher } from '../infra/file-cipher.ts';
import { createArchiveFiles } from '../modules/audit/index.ts';
import { createCellCipher, knownKey, type EncryptionKey } from '../infra/cell-cipher.ts';
import type { Database } from '../infra/database.ts';
import { countValues, encryptedTables, findKeysInUse, takeUpKeys } from '../record/encryption-store.ts';
import { createProcessReportStore } from '../record/process-report-store.ts';
import { isShorter } from '../record/plan-size.ts';
import { rotateKeys } from '../rotation.ts';

const one: EncryptionKey = { name: '2026-01', hex: '11'.repeat(32) };
const two: EncryptionKey = { name: '2026-02', hex: '22'.repeat(32) };
const noFiles = createArchiveFiles(
  '/nonexistent',
  createFileCipher(() => []),
);
const canary = 'canary-7f3a9';
const said = `because of ${canary}`;

type Options = Omit<WorldOptions, 'encryption'>;
const withKeys = (keys: readonly EncryptionKey[], options: Options = {}): Promise<World> =>
  createWorld({ ...options, encryption: { keys } });

const anApprovedErrand = async (world: World, word = canary) => {
  const asked = anErrand({ label: word }, { requiresApproval: true, justification: `because of ${word}` });
  const task = await world.agent.submits(asked);
  await world.approver.votes('APPROVE', task);
  return world.reaches(task, 'SUCCEEDED');
};

/** `table.column` of every column, of whatever type, in which a text stands. */
const columnsWith = async (owner: Database, text: string): Promise<readonly string[]> => {
  const columns = await owner.query<{ table: string; column: string }>(
    `SELECT c.relname::text AS table, a.attname::text AS column FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1, 2`,
  );
  const found: string[] = [];
  for (const { table, column } of columns) {
    const rows = await owner.query(
      `SELECT FROM "${table}" WHERE position($1 IN CASE WHEN pg_typeof("${column}") = 'bytea'::regtype
         THEN encode("${column}"::text::bytea, 'escape') ELSE "${column}"::text END) > 0 LIMIT 1`,
      [text],
    );
    if (rows.length > 0) found.push(`${table}.${column}`);
  }
  return found;
};

const marked: readonly string[] = encryptedTables.flatMap(({ name, columns }) =>
  columns.map((column) => `${name}.${column.name}`),
);

/** Of marked columns, how many values are under a key, or under none. */
const valuesUnder = async (owner: Database, key: string | null): Promise<number> => {
  let count = 0;
  for (const { name, columns } of encryptedTables)
    for (const column of columns) {
      const value = `ltrim("${column.name}"::text, '"')`;
      const [row] = await owner.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM "${name}" WHERE "${column.name}" IS NOT NULL
           AND ${key === null ? `${value} NOT LIKE 'enc:1:%'` : `${value} LIKE 'enc:1:' || $1 || ':%'`}`,
        key === null ? [] : [key],
      );
      count += row?.count ?? 0;
    }
  return count;
};

describe('payload in the database', () => {
  test('is in no column that is marked, from the submission to the end, and is read as it was', async () => {
    await using world = await withKeys([one]);
    const { id } = await anApprovedErrand(world);
    const found = await columnsWith(world.owner, canary);
    // What it is said to do, and the name of its target.
    expect(found).toEqual(['event.summary', 'plan.outline', 'plan.summary']);
    expect(await valuesUnder(world.owner, null)).toBe(0);
    // Justification, actions, document, presentation, what was judged, output.
    expect(await valuesUnder(world.owner, one.name)).toBe(6);
    expect(await world.now({ id })).toMatchObject({ justification: said });
    // As health and the other processes are told.
    expect(world.services.cells.encryptsWith()?.name).toBe(one.name);
  });

  test('is found in what is marked where there are no keys, and stays readable once there are', async () => {
    await using database = await createTestDatabase();
    const before = await withKeys([], { database });
    const { id } = await anApprovedErrand(before);
    expect(await columnsWith(before.owner, canary)).toEqual(
      expect.arrayContaining([
        'step.output',
        'task.actions',
        'task.justification',
        'plan.document',
        'policy_decision.input',
      ]),
    );
    await before[Symbol.asyncDispose]();
    await using world = await withKeys([one], { database });
    expect(await world.now({ id })).toMatchObject({ justification: said });
    await anApprovedErrand(world, 'another');
    await using owner = database.open({ as: 'OWNER', cells: createCellCipher([one]) });
    expect(await rotateKeys(owner, [one], noFiles)).toMatchObject({ key: one.name, free: [] });
    expect(await valuesUnder(owner, null)).toBe(0);
    const found = await columnsWith(owner, canary);
    expect(found.filter((column) => marked.includes(column))).toEqual([]);
    expect(await world.now({ id })).toMatchObject({ justification: said });
  });

  test('is rotated from one key to the next while the server works, and then needs the old one no more', async () => {
    await using database = await createTestDatabase();
    const before = await withKeys([one], { database });
    const { id } = await anApprovedErrand(before);
    await before[Symbol.asyncDispose]();
    const world = await withKeys([two, one], { database });
    // As retention leaves what it emptied.
    await world.owner.query(`UPDATE task SET actions = '[]' WHERE id = $1`, [id]);
    const cells = createCellCipher([two, one]);
    await using owner = database.open({ as: 'OWNER', cells });
    const counts = await countValues(world.services.database);
    expect(counts.get(one.name)).toBe(await valuesUnder(owner, one.name));
    expect(counts.get(two.name) ?? 0).toBe(await valuesUnder(owner, two.name));
    expect((await findKeysInUse(owner)).map(({ name }) => name)).toEqual([one.name, two.name]);
    const rotation = await rotateKeys(owner, [two, one], noFiles);
    expect(rotation).toMatchObject({ key: two.name, free: [one.name] });
    expect(rotation.rewritten).toBeGreaterThan(2);
    expect(await valuesUnder(owner, one.name)).toBe(0);
    const [emptied] = await owner.query(`SELECT actions = '[]' AS "isEmpty" FROM task WHERE id = $1`, [id]);
    expect(emptied).toEqual({ isEmpty: true });
    await world[Symbol.asyncDispose]();
    await using after = await withKeys([two], { database });
    expect(await after.now({ id })).toMatchObject({ justification: said });
  });

  test('lets nothing start without a key that rows need, or with another under its name', async () => {
    await using database = await createTestDatabase();
    const before = await withKeys([one], { database });
    await anApprovedErrand(before);
    await before[Symbol.asyncDispose]();
    for (const keys of [[], [two]])
      await expect(withKeys(keys, { database })).rejects.toThrow(/encrypted with the key "2026-01", which/);
    await expect(withKeys([{ ...two, name: one.name }], { database })).rejects.toThrow(
      /"2026-01" of security.encryption.keys is not the one/,
    );
    // What was refused left no key behind that a start would need.
    await using after = await withKeys([one], { database });
    expect((await findKeysInUse(after.owner)).map(({ name }) => name)).toEqual([one.name]);
  });

  test('is nowhere in what a step stands on either', async () => {
    await using world = await withKeys([one]);
    const { runs } = world.services.stores;
    const { id } = await anApprovedErrand(world, 'another');
    await world.owner.query(`UPDATE step SET state = 'RUNNING' WHERE task_id = $1`, [id]);
    const [{ runId }] = (await world.owner.query<{ runId: string }>(
      'SELECT run_id AS "runId" FROM step WHERE task_id = $1',
      [id],
    )) as [{ runId: string }];
    const read = () => runs.findSteps(world.services.database, [runId]);
    const [step] = await read();
    if (!step) throw new Error('The errand has no step.');
    expect(await runs.keepFooting(step, { precondition: canary })).toBe(true);
    expect(await columnsWith(world.owner, canary)).toEqual([]);
    expect((await read()).map(({ standsOn }) => standsOn)).toEqual([{ precondition: canary }]);
  });

  test('counts as long as it is, not as its base64', async () => {
    await using database = await createTestDatabase();
    await using owner = database.open({ as: 'OWNER' });
    const place = { table: 'plan', column: 'document', tenantId: 'tenant', id: 'row' };
    const document = 'x'.repeat(90_000);
    const rows = await owner.query<{ isShorter: boolean }>(
      `SELECT ${isShorter('p', 100_000)} AS "isShorter"
         FROM (VALUES ($1, NULL), ($2, '{}'), (repeat($1, 2), NULL), ($2 || $2, '{}')) AS p(document, outline)`,
      [document, createCellCipher([one]).seal('text', document, place)],
    );
    expect(rows.map((row) => row.isShorter)).toEqual([true, true, false, false]);
  });

  test('is looked at once more after every process has said what it writes with', async () => {
    await using database = await createTestDatabase();
    await using world = await withKeys([two, one], { database });
    const { id, tenantId } = await anApprovedErrand(world);
    await using owner = database.open({ as: 'OWNER' });
    const reports = `INSERT INTO process_report (name, role, version, started_at, reported_at, expires_at, report)
       VALUES ('late', 'WORKER', '1', now(), clock_timestamp(), now() + interval '1 hour', $1)
       ON CONFLICT (name) DO UPDATE SET reported_at = clock_timestamp()`;
    const report = [JSON.stringify({ encryptsWith: two.name })];
    await owner.query(reports, report);
    // Under another key already, for the first look to find.
    const place = { table: 'task', column: 'justification', tenantId, id };
    const write = (word: string) =>
      owner.query('UPDATE task SET justification = $2 WHERE id = $1', [
        id,
        createCellCipher([one]).seal('text', word, place),
      ]);
    await write('early');
    const rotating = rotateKeys(owner, [two, one], noFiles);
    await until(
      async () => ((await valuesUnder(owner, one.name)) === 0 ? true : undefined),
      () => 'the first look found nothing',
    );
    await write('late');
    // Again and again, as a process does: the rotation waits for one that is newer than its first look.
    const over = rotating.then(() => true as const);
    await until(
      async () => {
        await owner.query(reports, report);
        return Promise.race([over, Promise.resolve(undefined)]);
      },
      () => 'the rotation did not end',
    );
    expect(await valuesUnder(owner, one.name)).toBe(0);
    expect(await world.now({ id })).toMatchObject({ justification: 'late' });
  });

  test('keeps the key of a process that started while it was rotated', async () => {
    await using database = await createTestDatabase();
    const before = await withKeys([one], { database });
    await anApprovedErrand(before);
    await before[Symbol.asyncDispose]();
    await using owner = database.open({ as: 'OWNER' });
    // It has taken up its key, and has not yet said so among the processes.
    await takeUpKeys(owner, [one]);
    expect(await rotateKeys(owner, [two, one], noFiles)).toMatchObject({ free: [one.name] });
    const report = { name: 'late', role: 'WORKER', version: '1', startedAt: new Date(), report: {} };
    await createProcessReportStore(owner).save(report, 1, knownKey(one));
    expect((await findKeysInUse(owner)).map(({ name }) => name).toSorted()).toEqual([one.name, two.name]);
    await expect(withKeys([two], { database })).rejects.toThrow(/encrypted with the key "2026-01", which/);
  });

  test('is under one key of a name, whoever else takes one up at that moment', async () => {
    await using database = await createTestDatabase();
    await using owner = database.open({ as: 'OWNER' });
    const others = Array.from({ length: 8 }, (_, n) => ({ name: one.name, hex: `${n}${n}`.repeat(32) }));
    const taken = await Promise.allSettled(others.map((key) => takeUpKeys(owner, [key])));
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('needs no key that never encrypted anything, once a rotation has looked', async () => {
    await using database = await createTestDatabase();
    const before = await withKeys([one], { database });
    await anApprovedErrand(before);
    await before[Symbol.asyncDispose]();
    const mistaken = await withKeys([two, one], { database });
    await mistaken[Symbol.asyncDispose]();
    await expect(withKeys([one], { database })).rejects.toThrow(/"2026-02".*without it forgets it/);
    await using owner = database.open({ as: 'OWNER' });
    expect(await rotateKeys(owner, [one], noFiles)).toMatchObject({ key: one.name, free: [two.name] });
    await using after = await withKeys([one], { database });
    await anApprovedErrand(after);
    await expect(rotateKeys(after.owner, [two], noFiles)).rejects.toThrow(
      /"2026-01", which security.encryption.keys does not name/,
    );
  });

  test('is refused in the row of another, and where it is damaged', async () => {
    await using world = await withKeys([one]);
    const [mine, other] = [await anApprovedErrand(world), await anApprovedErrand(world)];
    await world.owner.query(
      'UPDATE task t SET justification = (SELECT justification FROM task WHERE id = $2) WHERE id = $1',
      [mine.id, other.id],
    );
    await expect(world.now(mine)).rejects.toThrow(/damaged or was written for another place/);
    await world.owner.query('UPDATE task SET justification = left(justification, -4) WHERE id = $1', [
      other.id,
    ]);
    await expect(world.now(other)).rejects.toThrow(/damaged or was written for another place/);
  });

  test('is rewritten by its owner alone, and into nothing but itself encrypted', async () => {
    await using world = await withKeys([]);
    const { id } = await anApprovedErrand(world);
    for (const text of [
      `UPDATE policy_decision SET input = '{}' WHERE task_id = $1`,
      `UPDATE policy_decision SET input = '"enc:1:x:y"', outcome = 'ALLOW' WHERE task_id = $1`,
      `UPDATE plan SET document = '{}' WHERE task_id = $1`,
      `UPDATE plan SET document = 'enc:1:x:y', hash = 'x' WHERE task_id = $1`,
      `UPDATE review SET comment = NULL, verdict = 'REJECT' WHERE approval_id IN (SELECT id FROM approval_request WHERE task_id = $1)`,
    ])
      await expect(world.owner.query(text, [id])).rejects.toThrow(/never changed/);
    await expect(
      world.services.database.query(`UPDATE policy_decision SET input = '"enc:1:x:y"' WHERE task_id = $1`, [
        id,
      ]),
    ).rejects.toThrow(/permission denied/);
  });
});
