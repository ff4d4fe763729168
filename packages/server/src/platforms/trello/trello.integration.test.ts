import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import { sandboxTrelloState, startTrello, type TrelloState } from '../../../testing/platforms/trello.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import type { ApplyCall, Executors, PreparedAction } from '../index.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createCardArchive } from './card-archive.ts';
import { createCardCreate } from './card-create.ts';
import { createCardMove } from './card-move.ts';
import { createCardUpdate } from './card-update.ts';
import { createCardsDelete } from './cards-delete.ts';

const credentials = { key: 'key-canary-19aa', token: 'token-canary-52be' };
const board = '65a0c0de0000000000000001';
const todo = '65a0c0de0000000000000011';
const done = '65a0c0de0000000000000012';
const cardIds = ['101', '102', '103', '104'].map((end) => `65a0c0de0000000000000${end}`);
const [cardId = ''] = cardIds;
const otherBoard = '65a0c0de0000000000000002';
const unknownId = '65a0c0de0000000000000999';
let trello: Emulator<TrelloState>;
let executors: Executors;

const executorsWith = (
  { key, token }: typeof credentials,
  boards: Readonly<Record<string, { readonly id: string }>> = { ops: { id: board } },
): Executors => {
  const setup = {
    account: { apiUrl: trello.url, keySecret: 'key', tokenSecret: 'token', boards },
    secrets: createSecrets({ key: { value: key, origins: [] }, token: { value: token, origins: [] } }),
    settleMs: 10,
  };
  return createTestExecutors({
    egress: { allowedInternalHosts: ['127.0.0.1'] },
    guards: { readBackDelaysMs: [10] },
    moreExecutors: [
      createCardCreate(setup),
      createCardMove(setup),
      createCardUpdate(setup),
      createCardArchive(setup),
      createCardsDelete(setup),
    ],
  });
};

beforeEach(async () => {
  trello = await startTrello({ state: sandboxTrelloState(), credentials });
  executors = executorsWith(credentials);
});
afterEach(async () => {
  await executors[Symbol.asyncDispose]();
  await trello[Symbol.asyncDispose]();
});

type Act = 'card.create' | 'card.move' | 'card.update' | 'card.archive' | 'cards.delete';
const params: Readonly<Record<Act, object>> = {
  'card.create': { name: 'Call the bank', listId: todo },
  'card.move': { cardId, listId: done },
  'card.update': { cardId, due: '2026-12-24T18:00:00+01:00' },
  'card.archive': { cardId },
  'cards.delete': { cardIds },
};
const prepare = (act: Act, more: object = {}): PreparedAction => {
  const prepared = executors.prepare(`trello.${act}@1`, { ...params[act], ...more }, 'a');
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
const card = (id = cardId) => {
  const found = trello.state().cards[id];
  if (!found) throw new Error(`There is no card ${id}.`);
  return found;
};
const left = () => cardIds.filter((id) => trello.state().cards[id]);

describe('a plan', () => {
  test('shows a new card with its labels, its people and its mark', async () => {
    const more = { desc: 'Soon.', labels: ['urgent'], members: ['dana'] };
    expect(await planOf('card.create', more)).toMatchObject({
      value: {
        summary: 'Create the card "Call the bank" in "todo" of "ops"',
        targets: [{ kind: 'list', name: 'ops/todo' }],
        diffs: [
          { path: '/name', before: null, after: 'Call the bank' },
          { path: '/desc', after: expect.stringMatching(/^Soon\.\n\nCountersign: /) },
          { path: '/labels', after: ['urgent'] },
          { path: '/members', after: ['dana'] },
        ],
      },
    });
  });

  test('says from where to where, and from what to what', async () => {
    expect(await planOf('card.move')).toMatchObject({
      value: {
        summary: 'Move "Rotate the keys of the backup" in "todo" of "ops" to "done"',
        targets: [
          { kind: 'card', name: `ops/todo/${cardId}` },
          { kind: 'list', name: 'ops/done' },
        ],
        claims: [`card/ops/${cardId}`],
        diffs: [{ path: '/list', before: 'todo', after: 'done' }],
      },
    });
    expect(await planOf('card.update')).toMatchObject({
      value: {
        diffs: [{ path: '/due', before: null, after: '2026-12-24T17:00:00.000Z', isDestructive: false }],
      },
    });
  });

  test('of a list whose name looks like a place stays where it is', async () => {
    const list = trello.state().lists[todo];
    if (list) list.name = '../prod/todo';
    expect(await planOf('card.archive')).toMatchObject({
      value: { targets: [{ name: `ops/..%2Fprod%2Ftodo/${cardId}` }] },
    });
  });

  test.each<[Act, object, string, string]>([
    ['card.create', { listId: unknownId }, 'listId', 'RESOURCE_NOT_FOUND'],
    ['card.create', { labels: ['urgnet'] }, 'labels[0]', 'RESOURCE_NOT_FOUND'],
    ['card.create', { members: ['dana', '__proto__'] }, 'members[1]', 'RESOURCE_NOT_FOUND'],
    ['card.move', { cardId: unknownId }, 'cardId', 'RESOURCE_NOT_FOUND'],
    ['card.move', { listId: unknownId }, 'listId', 'RESOURCE_NOT_FOUND'],
    ['card.move', { listId: todo }, 'listId', 'NOTHING_TO_CHANGE'],
    ['card.update', { due: null }, 'due', 'NOTHING_TO_CHANGE'],
    ['cards.delete', { cardIds: [cardId, unknownId] }, 'cardIds[1]', 'RESOURCE_NOT_FOUND'],
  ])('to %s %j is refused at %s', async (act, more, path, code) => {
    expect(await planOf(act, more)).toMatchObject({ refusal: { code, details: { faults: [{ path }] } } });
  });

  test.each<[Act, object, string]>([
    ['card.move', { cardId: '../lists' }, 'cardId'],
    ['card.move', { cardId: `${cardId}/actions` }, 'cardId'],
    ['card.archive', { cardId: 'GHIJ0000000000000000000a' }, 'cardId'],
    ['card.create', { name: ' ' }, 'name'],
    ['card.create', { due: 'soon' }, 'due'],
    ['card.create', { desc: 'x'.repeat(16_001) }, 'desc'],
    ['cards.delete', { cardIds: [] }, 'cardIds'],
    ['cards.delete', { cardIds: [cardId, cardId] }, 'cardIds'],
    ['cards.delete', { cardIds: Array.from({ length: 51 }, () => cardId) }, 'cardIds'],
  ])('to %s %j is not even tried', (act, more, path) => {
    expect(executors.prepare(`trello.${act}`, { ...params[act], ...more }, 'a')).toMatchObject({
      ok: false,
      faults: [{ path: `a.params.${path}` }],
    });
  });

  test('is refused on a board that configuration does not name', async () => {
    const state = trello.state();
    state.boards[otherBoard] = { name: 'board of directors', members: [] };
    for (const list of Object.values(state.lists)) list.idBoard = otherBoard;
    for (const act of Object.keys(params) as Act[])
      expect(await planOf(act)).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
  });

  test('with credentials that Trello does not know is refused without saying them', async () => {
    await using strangers = executorsWith({ key: credentials.key, token: 'token-of-a-stranger' });
    executors = strangers;
    const outcome = await planOf('card.archive');
    expect(outcome).toMatchObject({ refusal: { code: 'PLATFORM_AUTHENTICATION_FAILED' } });
    expect(JSON.stringify(outcome)).not.toMatch(/canary|stranger/);
    expect(trello.received.every(({ url }) => !/canary|stranger/.test(url))).toBe(true);
  });
});

describe('deleting for good', () => {
  test('shows every card and its list, and that nothing brings them back', async () => {
    card(cardIds[2]).closed = true;
    expect(await planOf('cards.delete')).toMatchObject({
      value: {
        summary: 'Delete 4 cards of "ops" for good',
        diffs: [
          {
            type: 'DELETIONS',
            title: '4 cards of "ops"',
            names: [
              '"Rotate the keys of the backup" in "todo" of "ops"',
              '"Clean up old images" in "todo" of "ops"',
              '"Try the restore" in "todo" of "ops", archived',
              '"Write the runbook" in "done" of "ops"',
            ],
          },
        ],
        findings: [{ severity: 'HIGH' }],
      },
    });
    expect(prepare('cards.delete').traits).toMatchObject({ reversible: false });
  });

  test('deletes none where one of them was worked on since', async () => {
    const call = await callOf('cards.delete');
    card(cardIds[3]).dateLastActivity = '2030-01-01T00:00:00.000Z';
    await expect(prepare('cards.delete').apply(call)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      effect: 'NONE',
    });
    expect(left()).toEqual(cardIds);
  });

  test('goes on through a limit in the middle of it', async () => {
    const call = await callOf('cards.delete');
    Reflect.deleteProperty(trello.state().cards, cardId);
    trello.behaviour.failures = [{ kind: 'STATUS', status: 429, retryAfterSeconds: 0, when: 'BEFORE' }];
    expect(await prepare('cards.delete').apply(call)).toEqual({ cardIds });
    expect(left()).toEqual([]);
  });

  test('that was begun and cannot go on is never told as nothing, and ends when it is tried again', async () => {
    const action = prepare('cards.delete');
    const call = await callOf('cards.delete');
    // Somebody, or an attempt of which nobody heard any more, has deleted the first.
    Reflect.deleteProperty(trello.state().cards, cardId);
    trello.behaviour.failures = [{ kind: 'STATUS', status: 401, when: 'BEFORE' }];
    await expect(action.apply({ ...call, attempt: 2 })).rejects.toMatchObject({
      code: 'PLATFORM_AUTHENTICATION_FAILED',
      effect: 'UNKNOWN',
      message: expect.stringContaining('Of 4 cards 1 are deleted'),
      details: { left: cardIds.slice(1) },
    });
    expect(await action.reconcile(call)).toEqual({ kind: 'UNKNOWN' });
    expect(await action.apply({ ...call, attempt: 3 })).toEqual({ cardIds });
    expect(await action.reconcile(call)).toEqual({ kind: 'FOUND', output: { cardIds } });
  });
});

describe('what came of an earlier attempt', () => {
  test('is found wherever the card has gone since, and then not undone', async () => {
    const action = prepare('card.create');
    const call = await callOf('card.create');
    const output = await action.apply(call);
    expect(await action.reconcile(call)).toEqual({ kind: 'FOUND', output });
    Object.assign(card((output as { cardId: string }).cardId), {
      idList: done,
      closed: true,
      dateLastActivity: '2030-01-01T00:00:00.000Z',
    });
    expect(await action.reconcile(call)).toMatchObject({ kind: 'FOUND', output: { lastActivity: null } });
  });

  test('is found on another board that configuration names, and not on one that the token does not see', async () => {
    await executors[Symbol.asyncDispose]();
    const hidden = { id: '65a0c0de0000000000000009' };
    executors = executorsWith(credentials, { hidden, ops: { id: board }, archive: { id: otherBoard } });
    const state = trello.state();
    state.boards[otherBoard] = { name: 'archive', members: [] };
    state.lists['65a0c0de0000000000000013'] = { name: 'old', closed: false, idBoard: otherBoard };
    const action = prepare('card.create');
    const call = await callOf('card.create');
    expect(await action.reconcile(call)).toEqual({ kind: 'ABSENT' });
    const { cardId: made } = (await action.apply(call)) as { cardId: string };
    card(made).idList = '65a0c0de0000000000000013';
    expect(await action.reconcile(call)).toMatchObject({ kind: 'FOUND', output: { cardId: made } });
  });

  test('is looked for page by page, and not beyond reason', async () => {
    const action = prepare('card.create');
    const call = await callOf('card.create');
    const { cards } = trello.state();
    const more = (count: number, from: number) => {
      for (let index = from; index < from + count; index += 1)
        cards[`75a0c0de${index.toString(16).padStart(16, '0')}`] = { ...card(), name: `Card ${index}` };
    };
    const last = { ...card(), desc: `Countersign: ${call.idempotencyKey}` };
    more(150, 0);
    expect(await action.reconcile(call)).toEqual({ kind: 'ABSENT' });
    cards['75a0c0dd0000000000000000'] = last;
    expect(await action.reconcile(call)).toMatchObject({ kind: 'FOUND' });
    more(1_000, 1_000);
    expect(await action.reconcile(call)).toEqual({ kind: 'UNKNOWN' });
  });
});

describe('undoing', () => {
  test('puts a card back where it was in its list', async () => {
    const action = prepare('card.move');
    const call = await callOf('card.move');
    const { pos } = card();
    const output = await action.apply(call);
    expect(card().pos).not.toBe(pos);
    await action.compensate(output, call);
    expect(card()).toMatchObject({ idList: todo, pos });
  });

  test.each<[Act, () => void]>([
    [
      'card.create',
      () =>
        Object.values(trello.state().cards).forEach(
          (one) => (one.dateLastActivity = '2030-01-01T00:00:00.000Z'),
        ),
    ],
    ['card.move', () => (card().idList = '65a0c0de0000000000000013')],
    ['card.update', () => (card().due = '2027-01-01T00:00:00.000Z')],
  ])('%s is refused where somebody has worked on the card since', async (act, change) => {
    trello.state().lists['65a0c0de0000000000000013'] = { name: 'doing', closed: false, idBoard: board };
    const action = prepare(act);
    const call = await callOf(act);
    const output = await action.apply(call);
    change();
    const before = trello.fingerprint();
    await expect(action.compensate(output, call)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      effect: 'NONE',
    });
    expect(trello.fingerprint()).toBe(before);
  });
});

describe('what Trello answers', () => {
  test('its limit is waited for ten seconds where it says nothing, and kept', async () => {
    const call = await callOf('card.archive');
    trello.behaviour.failures = [{ kind: 'STATUS', status: 429, when: 'BEFORE' }];
    await expect(prepare('card.archive').apply(call)).rejects.toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      retryAfterMs: 10_000,
      details: { body: expect.stringContaining('API_TOKEN_LIMIT_EXCEEDED') },
    });
    trello.behaviour.hasRateLimits = true;
    const asked = await Promise.all(Array.from({ length: 51 }, () => planOf('card.archive')));
    expect(asked.find(({ ok }) => !ok)).toMatchObject({ refusal: { code: 'RATE_LIMIT_EXCEEDED' } });
  });
});
