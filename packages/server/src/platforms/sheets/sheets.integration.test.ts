import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import { startSheets, type SheetsState } from '../../../testing/platforms/sheets.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import type { ApplyCall, Executors, PreparedAction } from '../index.ts';
import { createSecrets } from '../kit/secrets.ts';
import { sheets } from './platform.ts';

let platform: Emulator<SheetsState>;
let executors: Executors;

beforeEach(async () => {
  platform = await startSheets();
  const { settings, secrets } = sheets.sandbox?.settings(platform.url) ?? { settings: {}, secrets: {} };
  const configured = Object.entries(secrets).map(([name, value]) => [name, { value, origins: [] }] as const);
  const tools = { secrets: createSecrets(Object.fromEntries(configured)) };
  executors = createTestExecutors({
    egress: { allowedInternalHosts: ['127.0.0.1'] },
    moreExecutors: sheets.actions(settings as never, tools as never),
  });
});
afterEach(async () => {
  await executors[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

const metrics = () => {
  const found = platform.state().spreadsheets['spreadsheet-metrics'];
  if (!found) throw new Error('The sandbox has no spreadsheet.');
  return found;
};
const prepare = (action: string, params: object): PreparedAction => {
  const prepared = executors.prepare(`sheets.${action}`, { spreadsheetId: 'metrics', ...params }, 'a');
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
  return prepared.action;
};
const callOf = async (action: PreparedAction, key = 'c0de'): Promise<ApplyCall> => {
  const planned = await action.plan(planCall());
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const { precondition } = planned.value;
  return {
    ...planCall(),
    precondition,
    idempotencyKey: key.repeat(16),
    taskId: 't',
    stepId: 's',
    attempt: 1,
  };
};

test('rows are appended as what they are, and shown before', async () => {
  const action = prepare('rows.append', { range: 'Sheet1', values: [['=1+1', 1, null], ['b']] });
  expect(await action.plan(planCall())).toMatchObject({
    value: {
      summary: 'Append 2 rows to "Sheet1" of "metrics"',
      targets: [{ kind: 'sheet', name: 'metrics/Sheet1' }],
      diffs: [
        {
          columns: ['A', 'B', 'C'],
          rows: [
            { kind: 'ADD', cells: ['=1+1', '1', ''] },
            { kind: 'ADD', cells: ['b', '', ''] },
          ],
        },
      ],
      claims: [],
    },
  });
  await action.apply(await callOf(action));
  expect(metrics().sheets[0]?.rows.slice(3)).toEqual([['=1+1', 1, ''], ['b']]);
});

test('marks of long ago make room for new ones, of which a hundred stay', async () => {
  const spreadsheet = metrics();
  for (let index = 1; index <= 150; index += 1) {
    const metadataValue = `${1_764_000_000_000 + index}.${'ab'.repeat(32)}`;
    spreadsheet.metadata.push({ metadataId: index, metadataKey: 'countersign_effect', metadataValue });
  }
  spreadsheet.nextId = 151;
  spreadsheet.metadata.push({ metadataId: 999, metadataKey: 'theirs', metadataValue: '1' });
  const action = prepare('rows.append', { range: 'Sheet1', values: [['x']] });
  await action.apply(await callOf(action));
  const ids = metrics().metadata.map(({ metadataId }) => metadataId);
  expect(ids).toHaveLength(101);
  expect(ids).toEqual(expect.arrayContaining([52, 150, 151, 999]));
  expect(ids).not.toContain(51);
});

test.each([
  ['others took all places for marks since', 100, 'UNKNOWN'],
  ['one from before the plan is left', 99, 'ABSENT'],
])(
  'that rows are not there is said where their mark cannot have made room: %s',
  async (_why, since, kind) => {
    const spreadsheet = metrics();
    const marks = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => ({
        metadataId: from + at,
        metadataKey: 'countersign_effect',
        metadataValue: `${1_764_000_000_000 + from + at}.${'ab'.repeat(32)}`,
      }));
    spreadsheet.metadata.push(...marks(1, 100));
    const action = prepare('rows.append', { range: 'Sheet1', values: [['x']] });
    const call = await callOf(action);
    metrics().metadata.splice(0, since);
    metrics().metadata.push(...marks(1_000, since));
    expect(await action.reconcile({ ...call, attempt: 2 })).toEqual({ kind });
  },
  20_000,
);

describe('appended rows are taken back', () => {
  const appended = async () => {
    const action = prepare('rows.append', { range: 'Sheet1', values: [['2026-W48', 14, null], ['=1+1']] });
    const call = await callOf(action);
    const output = await action.apply(call);
    const rows = metrics().sheets[0]?.rows ?? [];
    return { undo: (attempt = 1) => action.compensate(output, { ...call, ...undoing, attempt }), rows };
  };
  const undoing = { idempotencyKey: 'b2'.repeat(32) };
  const rowsNow = () => metrics().sheets[0]?.rows.slice(3);

  test('from among what others wrote below and beside them, once', async () => {
    const { undo, rows } = await appended();
    rows[3]?.push('theirs');
    rows.push(['2026-W49', 3, 1]);
    const undone = await undo();
    expect(rowsNow()).toEqual([['', '', '', 'theirs'], [], ['2026-W49', 3, 1]]);
    rows.push(['2026-W48', 14], ['=1+1']);
    expect(await undo(2)).toEqual(undone);
  });

  test.each<[string, (rows: unknown[][]) => unknown]>([
    ['somebody changed one of them', (rows) => rows[3]?.splice(1, 1, 15)],
    ['somebody put a row between them', (rows) => rows.splice(4, 0, ['between'])],
    ['somebody took them out', (rows) => rows.splice(3, 2)],
    ['the same rows stand there twice', (rows) => rows.push(['2026-W48', 14], ['=1+1'])],
  ])('not where %s', async (_what, change) => {
    const { undo, rows } = await appended();
    change(rows);
    const before = platform.fingerprint();
    await expect(undo()).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', effect: 'NONE' });
    expect(platform.fingerprint()).toBe(before);
  });
});

test('a change shows what goes and what comes', async () => {
  const action = prepare('range.update', { range: 'Sheet1!A3:C3', values: [['2026-W47', 13, 1]] });
  expect(await action.plan(planCall())).toMatchObject({
    value: {
      summary: 'Change 3 cells, "Sheet1!A3:C3" of "metrics"',
      diffs: [
        {
          rows: [
            { kind: 'REMOVE', cells: ['2026-W47', '12', '1'] },
            { kind: 'ADD', cells: ['2026-W47', '13', '1'] },
          ],
        },
      ],
    },
  });
});

test('one cell is changed by its value', async () => {
  const action = prepare('range.update', { range: 'Sheet1!B3', values: undefined, value: 13 });
  await action.apply(await callOf(action));
  expect(metrics().sheets[0]?.rows[2]).toEqual(['2026-W47', 13, 1]);
});

test('a change is not taken back where somebody wrote since', async () => {
  const action = prepare('range.update', { range: 'Sheet1!B3', values: [[13]] });
  const call = await callOf(action);
  const output = await action.apply(call);
  metrics().sheets[0]?.rows[2]?.splice(1, 1, 99);
  await expect(action.compensate(output, call)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
});

test('a range is read as people see it', async () => {
  const action = prepare('range.read', { range: 'Sheet1!A2:D9' });
  expect(await action.apply(await callOf(action))).toEqual({
    spreadsheetId: 'spreadsheet-metrics',
    range: 'Sheet1!A2:D9',
    values: [
      ['2026-W46', '9', '0'],
      ['2026-W47', '12', '1'],
    ],
  });
});

describe('a plan', () => {
  test.each([
    [{ spreadsheetId: 'metric' }, 'spreadsheetId', 'POLICY_DENIED'],
    [{ range: 'Sheet2!B3' }, 'range', 'RESOURCE_NOT_FOUND'],
    [{ values: [[12]] }, 'values', 'NOTHING_TO_CHANGE'],
    [{ range: 'Sheet1!D3' }, 'range', 'PRECONDITION_FAILED'],
  ])('with %j is refused at its place', async (params, path, code) => {
    metrics().sheets[0]?.rows[2]?.push('=B3-C3');
    const action = prepare('range.update', { range: 'Sheet1!B3', values: [[1]], ...params });
    expect(await action.plan(planCall())).toMatchObject({
      ok: false,
      refusal: { code, details: { faults: [{ path }] } },
    });
  });

  test.each([
    ['range', 'Sheet1!A1:CW5000'],
    ['range', '../Sheet1!A1'],
    ['values', [[1, 2]]],
    ['values', [[{}]]],
    ['values', [['a'.repeat(10_001)]]],
    ['values', []],
    ['values', undefined],
    ['value', 2],
  ])('is not even tried for a %s of %j', (param, value) => {
    const params = { spreadsheetId: 'metrics', range: 'Sheet1!B3', values: [[1]], [param]: value };
    const prepared = executors.prepare('sheets.range.update', params, 'a');
    expect(prepared.ok ? '' : prepared.faults[0]?.path).toContain(
      `a.params.${param === 'value' ? 'values' : param}`,
    );
  });
});

test('Google limits reads by the minute, and does not say for how long', async () => {
  platform.behaviour.hasRateLimits = true;
  const action = prepare('range.read', { range: 'Sheet1!A1' });
  const call = await callOf(action);
  const readsPerMinute = 60;
  let refusal: unknown;
  for (let count = 0; count < readsPerMinute && refusal === undefined; count += 1)
    refusal = await action.apply(call).then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(refusal).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', effect: 'NONE', retryAfterMs: null });
});
