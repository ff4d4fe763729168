import { definePlatform } from '../contract/platform.ts';
import { accountSchema } from './account.ts';
import { createCardArchive } from './card-archive.ts';
import { createCardCreate } from './card-create.ts';
import { createCardMove } from './card-move.ts';
import { createCardUpdate } from './card-update.ts';
import { createCardsDelete } from './cards-delete.ts';

export const trello = definePlatform({
  name: 'trello',
  config: { trello: accountSchema.nullable().default(null).describe('An account of Trello.') },
  secretsOf: (settings) => (settings.trello ? [settings.trello.keySecret, settings.trello.tokenSecret] : []),
  reachOf: (settings) =>
    Object.keys(settings.trello?.boards ?? {}).map((name) => ({ kind: 'board', name, isPrefix: true })),
  sandbox: {
    isConfigured: (settings) => settings.trello !== null,
    settings: (apiUrl) => ({
      settings: {
        trello: {
          apiUrl,
          keySecret: 'sandbox-trello-key',
          tokenSecret: 'sandbox-trello-token',
          boards: { ops: { id: '65a0c0de0000000000000001' } },
        },
      },
      secrets: {
        'sandbox-trello-key': 'key-of-the-sandbox',
        'sandbox-trello-token': 'token-of-the-sandbox',
      },
    }),
  },
  actions: ({ trello: account }, { secrets }) => {
    if (!account) return [];
    const setup = { account, secrets };
    return [
      createCardCreate(setup),
      createCardMove(setup),
      createCardUpdate(setup),
      createCardArchive(setup),
      createCardsDelete(setup),
    ];
  },
});
