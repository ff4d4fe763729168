import { describe, test } from 'vitest';
import {
  fallingSilent,
  lying,
  platformFailures,
  readingLate,
  unreachable,
} from '../../../testing/platform-world.ts';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import { sandboxTrelloState, startTrello, type TrelloState } from '../../../testing/platforms/trello.ts';
import type { Json } from '../../domain/json.ts';
import { createEgress } from '../../infra/egress.ts';
import { conformanceCases, type ConformanceSetup } from '../contract/executor-conformance.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createCardArchive } from './card-archive.ts';
import { createCardCreate } from './card-create.ts';
import { createCardMove } from './card-move.ts';
import type { TrelloSetup } from './allowed-cards.ts';
import { createCardUpdate } from './card-update.ts';
import { createCardsDelete } from './cards-delete.ts';

const credentials = { key: 'key-of-a-test', token: 'token-of-a-test' };
const cardId = '65a0c0de0000000000000101';
const otherId = '65a0c0de0000000000000102';
const todo = '65a0c0de0000000000000011';
const done = '65a0c0de0000000000000012';
type World = { readonly platform: Emulator<TrelloState> };

const createWorld = async <Input, Output extends Json>(
  create: (setup: TrelloSetup) => ActionExecutor<Input, Output>,
  params: Json,
  countEffects: (state: TrelloState) => number,
) => {
  const platform = await startTrello({ state: sandboxTrelloState(), credentials });
  const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
  const account = {
    apiUrl: platform.url,
    keySecret: 'key',
    tokenSecret: 'token',
    boards: { ops: { id: '65a0c0de0000000000000001' } },
  };
  const secrets = createSecrets({
    key: { value: credentials.key, origins: [] },
    token: { value: credentials.token, origins: [] },
  });
  return {
    platform,
    egress,
    executor: create({ account, secrets, settleMs: 10 }),
    params,
    fingerprint: async () => platform.fingerprint(),
    received: () => platform.received,
    countEffects: async () => countEffects(platform.state()),
    /** When anybody did anything last is not what anybody wants back. */
    restorable: async () =>
      JSON.stringify(
        Object.entries(platform.state().cards)
          .filter(([, { closed }]) => !closed)
          .map(([id, card]) => [id, { ...card, dateLastActivity: null }]),
      ),
    [Symbol.asyncDispose]: async () => {
      await egress[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    },
  };
};

const change =
  (to: Partial<TrelloState['cards'][string]>) =>
  async ({ platform }: World): Promise<void> => {
    Object.assign(platform.state().cards[cardId] ?? {}, to, { dateLastActivity: '2030-01-01T00:00:00.000Z' });
  };
const gone = {
  name: 'a card that is gone',
  arrange: async ({ platform }: World) => {
    Reflect.deleteProperty(platform.state().cards, cardId);
  },
  code: 'RESOURCE_NOT_FOUND',
  effect: 'NONE',
  retriable: false,
} as const;
const shared = {
  effectsPerApply: 1,
  lie: { when: 'BEFORE_APPLY', arrange: lying },
  lateRead: readingLate,
  stall: fallingSilent,
} as const;
const suite = <
  Input,
  Output extends Json,
  Subject extends Awaited<ReturnType<typeof createWorld<Input, Output>>>,
>(
  name: string,
  setup: ConformanceSetup<Input, Output, Subject>,
) =>
  describe(name, () => {
    for (const { name: title, run } of conformanceCases(setup)) test(title, run);
  });

suite('trello.card.create', {
  ...shared,
  createWorld: () =>
    createWorld(
      createCardCreate,
      {
        name: 'Call the bank',
        listId: todo,
        desc: 'Soon.',
        labels: ['urgent'],
        members: ['dana'],
        due: '2026-12-24T18:00:00Z',
      },
      ({ cards }) => Object.values(cards).filter(({ name }) => name === 'Call the bank').length,
    ),
  // A new card depends on nothing that moves.
  drift: null,
  failures: [...platformFailures, unreachable],
});

suite('trello.card.move', {
  ...shared,
  createWorld: () =>
    createWorld(createCardMove, { cardId, listId: done }, ({ cards }) =>
      cards[cardId]?.idList === done ? 1 : 0,
    ),
  drift: change({ closed: true }),
  failures: [...platformFailures, unreachable, gone],
});

suite('trello.card.update', {
  ...shared,
  createWorld: () =>
    createWorld(
      createCardUpdate,
      { cardId, name: 'Rotated', desc: 'All of them.', due: '2026-12-24T18:00:00+01:00' },
      ({ cards }) => (cards[cardId]?.name === 'Rotated' ? 1 : 0),
    ),
  drift: change({ desc: 'Not yet.' }),
  failures: [...platformFailures, unreachable, gone],
});

suite('trello.card.archive', {
  ...shared,
  createWorld: () =>
    createWorld(createCardArchive, { cardId }, ({ cards }) => (cards[cardId]?.closed ? 1 : 0)),
  drift: change({}),
  failures: [...platformFailures, unreachable, gone],
});

for (const cardIds of [[cardId], [cardId, otherId]]) {
  suite(`trello.cards.delete of ${cardIds.length}`, {
    ...shared,
    createWorld: () =>
      createWorld(createCardsDelete, { cardIds }, ({ cards }) => (cardIds.some((id) => cards[id]) ? 0 : 1)),
    drift: change({}),
    failures: [...platformFailures, unreachable],
  });
}
