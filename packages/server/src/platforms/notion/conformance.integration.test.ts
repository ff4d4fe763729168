import { describe, test } from 'vitest';
import {
  fallingSilent,
  lying,
  platformFailures,
  readingLate,
  unreachable,
} from '../../../testing/platform-world.ts';
import { sandboxNotionState, startNotion, type NotionState } from '../../../testing/platforms/notion.ts';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import type { Json } from '../../domain/json.ts';
import { createEgress } from '../../infra/egress.ts';
import { conformanceCases, type ConformanceSetup } from '../contract/executor-conformance.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createPageArchive } from './page-archive.ts';
import { createPageCreate } from './page-create.ts';
import { createPageUpdate } from './page-update.ts';
import type { NotionSetup } from './allowed-pages.ts';

const token = 'ntn_of-a-test';
const pageId = 'c0de0000-0000-4000-8000-000000000011';
type Notion = Emulator<NotionState>;

const createWorld = async <Input, Output extends Json>(
  create: (setup: NotionSetup) => ActionExecutor<Input, Output>,
  params: Json,
  countEffects: (state: NotionState) => number,
  options: { markerProperty?: string } = { markerProperty: 'countersign_key' },
) => {
  const platform = await startNotion({ state: sandboxNotionState(), token });
  const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
  const workspace = {
    apiUrl: platform.url,
    tokenSecret: 'notion',
    databases: { tasks: { id: 'c0de0000000040008000000000000001' } },
    ...options,
  };
  const secrets = createSecrets({ notion: { value: token, origins: [] } });
  return {
    platform,
    egress,
    executor: create({ workspace, secrets, settleMs: 10 }),
    params,
    fingerprint: async () => platform.fingerprint(),
    received: () => platform.received,
    countEffects: async () => countEffects(platform.state()),
    /** When it was edited last is not what anybody wants back. */
    restorable: async () =>
      JSON.stringify(
        Object.entries(platform.state().pages)
          .filter(([, { in_trash }]) => !in_trash)
          .map(([id, { properties }]) => [id, properties]),
      ),
    [Symbol.asyncDispose]: async () => {
      await egress[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    },
  };
};

const page = (state: NotionState) => state.pages[pageId] ?? Object.values(state.pages)[0]!;
const retitle = async ({ platform }: { platform: Notion }): Promise<void> => {
  page(platform.state()).properties.status = { type: 'select', select: { name: 'Blocked' } };
};
const remove = {
  name: 'a page that is gone',
  arrange: async ({ platform }: { platform: Notion }) => {
    Reflect.deleteProperty(platform.state().pages, pageId);
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
  World extends Awaited<ReturnType<typeof createWorld<Input, Output>>>,
>(
  name: string,
  setup: ConformanceSetup<Input, Output, World>,
) =>
  describe(name, () => {
    for (const { name: title, run } of conformanceCases(setup)) test(title, run);
  });

const created = (state: NotionState) =>
  Object.values(state.pages).filter(({ properties }) => JSON.stringify(properties).includes('Call the bank'))
    .length;
const creation = {
  database_id: 'tasks',
  title: 'Call the bank',
  properties: {
    status: { select: { name: 'To do' } },
    due_date: { date: { start: '2026-12-24T18:00:00Z' } },
  },
};

suite('notion.page.create', {
  ...shared,
  createWorld: () => createWorld(createPageCreate, creation, created),
  // A new page depends on nothing that moves.
  drift: null,
  failures: [...platformFailures, unreachable],
});

suite('notion.page.create without a property for its mark', {
  ...shared,
  createWorld: () => createWorld(createPageCreate, creation, created, {}),
  drift: null,
  failures: [...platformFailures, unreachable],
});

suite('notion.page.update', {
  ...shared,
  createWorld: () =>
    createWorld(
      createPageUpdate,
      {
        page_id: pageId,
        properties: {
          status: { select: { name: 'Done' } },
          Name: { title: [{ text: { content: 'Renewed' } }] },
        },
      },
      (state) => (JSON.stringify(state.pages[pageId]).includes('Renewed') ? 1 : 0),
    ),
  drift: retitle,
  failures: [...platformFailures, unreachable, remove],
});

suite('notion.page.archive', {
  ...shared,
  createWorld: () =>
    createWorld(createPageArchive, { page_id: pageId }, (state) => (state.pages[pageId]?.in_trash ? 1 : 0)),
  drift: retitle,
  failures: [...platformFailures, unreachable, remove],
});
