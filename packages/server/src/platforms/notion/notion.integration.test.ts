import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import { sandboxNotionState, startNotion, type NotionState } from '../../../testing/platforms/notion.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import type { Json } from '../../domain/json.ts';
import type { ApplyCall, Executors, PreparedAction } from '../index.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createPageArchive } from './page-archive.ts';
import { createPageCreate } from './page-create.ts';
import { createPageUpdate } from './page-update.ts';

const token = 'ntn_canary-7c1f';
const database = 'c0de0000-0000-4000-8000-000000000001';
const source = 'c0de0000-0000-4000-8000-000000000002';
const pageId = 'c0de0000-0000-4000-8000-000000000011';
let notion: Emulator<NotionState>;
let executors: Executors;

const executorsWith = (value: string): Executors => {
  const setup = {
    workspace: {
      apiUrl: notion.url,
      tokenSecret: 'notion',
      databases: { tasks: { id: database } },
      markerProperty: 'countersign_key',
    },
    secrets: createSecrets({ notion: { value, origins: [] } }),
    settleMs: 10,
  };
  return createTestExecutors({
    egress: { allowedInternalHosts: ['127.0.0.1'] },
    guards: { readBackDelaysMs: [10] },
    moreExecutors: [createPageCreate(setup), createPageUpdate(setup), createPageArchive(setup)],
  });
};

beforeEach(async () => {
  notion = await startNotion({ state: sandboxNotionState(), token });
  executors = executorsWith(token);
});
afterEach(async () => {
  await executors[Symbol.asyncDispose]();
  await notion[Symbol.asyncDispose]();
});

type Act = 'create' | 'update' | 'archive';
const params: Readonly<Record<Act, object>> = {
  create: { database_id: 'tasks', title: 'Call the bank' },
  update: { page_id: pageId, properties: { status: { select: { name: 'Done' } } } },
  archive: { page_id: pageId },
};
const prepare = (act: Act, more: object = {}): PreparedAction => {
  const prepared = executors.prepare(`notion.page.${act}@1`, { ...params[act], ...more }, 'a');
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
  return prepared.action;
};
const planOf = (act: Act, more?: object) => prepare(act, more).plan(planCall());
const callOf = async (act: Act, more?: object): Promise<ApplyCall> => {
  const planned = await planOf(act, more);
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const { precondition } = planned.value;
  const key = 'c0de'.repeat(16);
  return { ...planCall(), precondition, idempotencyKey: key, taskId: 't', stepId: 's', attempt: 1 };
};
const applied = async (act: Act, more?: object) => {
  const call = await callOf(act, more);
  const action = prepare(act, more);
  return { action, call, output: await action.apply(call) };
};
const page = (id = pageId) => {
  const found = notion.state().pages[id];
  if (!found) throw new Error(`There is no page ${id}.`);
  return found;
};
const idOf = (output: Json): string => (output as { page_id: string }).page_id;

describe('a plan', () => {
  test('shows each property of a new page, and where its mark goes', async () => {
    const properties = {
      status: { select: { name: 'Waiting' } },
      due_date: { date: { start: '2026-12-01' } },
    };
    expect(await planOf('create', { properties })).toMatchObject({
      value: {
        summary: 'Create the page "Call the bank" in "tasks"',
        targets: [{ kind: 'database', name: 'tasks' }],
        diffs: [
          { type: 'FIELD', path: '/properties/Name', before: null, after: 'Call the bank' },
          { path: '/properties/status', after: 'Waiting' },
          { path: '/properties/due_date', after: '2026-12-01' },
          { path: '/properties/countersign_key' },
        ],
        findings: [{ severity: 'LOW', message: expect.stringContaining('"Waiting" is new') }],
      },
    });
  });

  test('shows what a change takes away', async () => {
    expect(await planOf('update', { properties: { status: { select: null } } })).toMatchObject({
      value: {
        summary: 'Change "status" of "Renew the certificate of the shop" in "tasks"',
        targets: [{ kind: 'page', name: `tasks/${pageId}` }],
        diffs: [{ before: 'In progress', after: null, isDestructive: true }],
      },
    });
    expect(await planOf('archive')).toMatchObject({
      value: {
        summary: 'Move "Renew the certificate of the shop" in "tasks" to the trash',
        diffs: [{ isDestructive: true }],
        findings: [{ severity: 'MEDIUM' }],
      },
    });
  });

  test.each<[Act, object, string, string]>([
    ['create', { database_id: 'taks' }, 'database_id', 'POLICY_DENIED'],
    ['create', { database_id: '../pages' }, 'database_id', 'POLICY_DENIED'],
    ['create', { database_id: '__proto__' }, 'database_id', 'POLICY_DENIED'],
    ['create', { properties: { Status: { select: null } } }, 'properties["Status"]', 'RESOURCE_NOT_FOUND'],
    ['create', { properties: { toString: { number: 1 } } }, 'properties["toString"]', 'RESOURCE_NOT_FOUND'],
    ['create', { properties: { status: { number: 1 } } }, 'properties["status"]', 'SCHEMA_VALIDATION_FAILED'],
    [
      'create',
      { properties: { countersign_key: { rich_text: [] } } },
      'properties',
      'SCHEMA_VALIDATION_FAILED',
    ],
    [
      'update',
      { properties: { countersign_key: { rich_text: [] } } },
      'properties',
      'SCHEMA_VALIDATION_FAILED',
    ],
    ['create', { properties: { Name: { title: [] } } }, 'properties', 'SCHEMA_VALIDATION_FAILED'],
    ['update', { page_id: 'c0de0000000040008000000000000099' }, 'page_id', 'RESOURCE_NOT_FOUND'],
    [
      'update',
      { properties: { status: { select: { name: 'In progress' } } } },
      'properties',
      'NOTHING_TO_CHANGE',
    ],
  ])('to %s %j is refused at %s', async (act, more, path, code) => {
    expect(await planOf(act, more)).toMatchObject({
      ok: false,
      refusal: { code, details: { faults: [{ path }] } },
    });
  });

  test.each<[Act, object, string]>([
    ['update', { page_id: '../databases' }, 'page_id'],
    ['update', { page_id: `${pageId}/../x` }, 'page_id'],
    ['update', { properties: {} }, 'properties'],
    ['update', { properties: { status: { select: null, number: 1 } } }, 'properties.status'],
    ['update', { properties: { due_date: { date: { start: 'soon' } } } }, 'properties.due_date.date.start'],
    ['create', { title: '' }, 'title'],
    ['create', { title: 'x'.repeat(2_001) }, 'title'],
    [
      'create',
      {
        properties: Object.fromEntries(
          Array.from({ length: 51 }, (_, index) => [`p${index}`, { number: 1 }]),
        ),
      },
      'properties',
    ],
  ])('to %s %j is not even tried', (act, more, path) => {
    const given = { ...params[act], ...more };
    expect(executors.prepare(`notion.page.${act}`, given, 'a')).toMatchObject({
      ok: false,
      faults: [{ path: `a.params.${path}` }],
    });
  });

  test('is refused for a page of a database that configuration does not name', async () => {
    const state = notion.state();
    state.databases['d0de0000-0000-4000-8000-000000000001'] = { title: 'salaries', dataSources: ['other'] };
    state.dataSources.other = { database: 'd0de0000-0000-4000-8000-000000000001', properties: {} };
    page().parent = 'other';
    for (const act of ['update', 'archive'] as const)
      expect(await planOf(act)).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
  });

  test('is refused for a database of several data sources, and for one that cannot keep the mark', async () => {
    notion.state().databases[database]?.dataSources.push('another');
    expect(await planOf('create')).toMatchObject({ refusal: { code: 'PLATFORM_REJECTED' } });
    notion.state().databases[database]?.dataSources.pop();
    delete notion.state().dataSources[source]?.properties.countersign_key;
    expect(await planOf('create')).toMatchObject({
      refusal: { details: { faults: [{ setting: 'notion.markerProperty' }] } },
    });
  });

  test('is refused where the API does not show all that would be lost', async () => {
    page().properties.assignee = {
      type: 'people',
      people: Array.from({ length: 25 }, (_, index) => ({ id: pageId.replace('11', String(index + 10)) })),
    };
    expect(await planOf('update', { properties: { assignee: { people: [] } } })).toMatchObject({
      refusal: { details: { faults: [{ path: 'properties["assignee"]' }] } },
    });
  });

  test('with a token that Notion does not know is refused without saying it', async () => {
    await using strangers = executorsWith('ntn_another-token');
    executors = strangers;
    const outcome = await planOf('update');
    expect(outcome).toMatchObject({ refusal: { code: 'PLATFORM_AUTHENTICATION_FAILED' } });
    expect(JSON.stringify(outcome)).not.toContain('ntn_another-token');
  });
});

describe('what came of an earlier attempt', () => {
  test('is seen once Notion shows it, and looked for in the trash as well', async () => {
    const { action, call, output } = await applied('create');
    notion.behaviour.staleReads = 2;
    expect(await action.reconcile(call)).toEqual({ kind: 'FOUND', output });
    page(idOf(output)).in_trash = true;
    expect(await action.reconcile(call)).toMatchObject({ kind: 'FOUND' });
  });

  test('is nobody knows what, where the page is neither as it was nor as it should be', async () => {
    const call = await callOf('update');
    page().properties.status = { type: 'select', select: { name: 'Blocked' } };
    expect(await prepare('update').reconcile(call)).toEqual({ kind: 'UNKNOWN' });
  });
});

describe('undoing', () => {
  test('brings formatted text back as it was', async () => {
    const bold = [
      { text: { content: 'Very ' } },
      { text: { content: 'urgent' }, annotations: { bold: true } },
    ].map(({ text, annotations = {} }) => ({
      type: 'text',
      text: { ...text, link: null },
      annotations: {
        bold: false,
        italic: false,
        strikethrough: false,
        underline: false,
        code: false,
        color: 'default',
        ...annotations,
      },
      plain_text: text.content,
      href: null,
    }));
    page().properties.Name = { id: 'title', type: 'title', title: bold };
    const { action, call, output } = await applied('update', {
      properties: { Name: { title: [{ text: { content: 'Quiet' } }] } },
    });
    await action.compensate(output, call);
    expect(page().properties.Name?.title).toEqual(bold);
  });

  test.each<[Act, (output: Json) => void]>([
    [
      'create',
      (output) => void (page(idOf(output)).properties.status = { type: 'select', select: { name: 'Done' } }),
    ],
    ['create', (output) => void (page(idOf(output)).last_edited_time = '2030-01-01T00:00:00.000Z')],
    ['update', () => void (page().properties.status = { type: 'select', select: { name: 'Blocked' } })],
  ])('of %s is refused where somebody has changed the page since', async (act, change) => {
    const { action, call, output } = await applied(act);
    change(output);
    const before = notion.fingerprint();
    await expect(action.compensate(output, call)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      effect: 'NONE',
    });
    expect(notion.fingerprint()).toBe(before);
  });

  test('leaves alone what others did to other properties', async () => {
    const { action, call, output } = await applied('update');
    page().properties.priority = { type: 'select', select: { name: 'High' } };
    await action.compensate(output, call);
    expect(page().properties).toMatchObject({
      status: { select: { name: 'In progress' } },
      priority: { select: { name: 'High' } },
    });
  });
});

describe('what Notion answers', () => {
  test.each([
    [409, 'PLATFORM_CONFLICT', 'NONE', true],
    [503, 'SERVICE_DOWN', 'UNKNOWN', true],
    [504, 'EXECUTION_TIMEOUT', 'UNKNOWN', true],
    [529, 'SERVICE_DOWN', 'NONE', true],
  ])('%i is told as it is meant', async (status, code, effect, retriable) => {
    const call = await callOf('create');
    notion.behaviour.failures = [{ kind: 'STATUS', status, when: 'BEFORE' }];
    await expect(prepare('create').apply(call)).rejects.toMatchObject({ code, effect, retriable });
  });

  test('its limit makes a caller wait as long as it says', async () => {
    const call = await callOf('create');
    notion.behaviour.failures = [{ kind: 'STATUS', status: 429, retryAfterSeconds: 7, when: 'BEFORE' }];
    await expect(prepare('create').apply(call)).rejects.toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      effect: 'NONE',
      retryAfterMs: 7_000,
    });
    notion.behaviour.hasRateLimits = true;
    const asked = await Promise.all(Array.from({ length: 16 }, () => planOf('archive')));
    expect(asked.filter(({ ok }) => ok)).toHaveLength(15);
  });

  test('nothing of it goes to the console, and the token to nobody', async () => {
    const call = await callOf('create');
    notion.behaviour.failures = [{ kind: 'STATUS', status: 400, when: 'BEFORE' }];
    const error: unknown = await prepare('create')
      .apply(call)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'PLATFORM_REJECTED', details: { status: 400 } });
    expect(JSON.stringify([error, (error as Error).stack])).not.toContain(token);
  });
});
