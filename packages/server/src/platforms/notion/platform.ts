import { definePlatform } from '../contract/platform.ts';
import { createPageArchive } from './page-archive.ts';
import { createPageCreate } from './page-create.ts';
import { createPageUpdate } from './page-update.ts';
import { workspaceSchema } from './workspace.ts';

export const notion = definePlatform({
  name: 'notion',
  config: { notion: workspaceSchema.nullable().default(null).describe('A workspace of Notion.') },
  secretsOf: (settings) => (settings.notion ? [settings.notion.tokenSecret] : []),
  reachOf: (settings) =>
    Object.keys(settings.notion?.databases ?? {}).map((name) => ({
      kind: 'database',
      name,
      isPrefix: false,
    })),
  sandbox: {
    isConfigured: (settings) => settings.notion !== null,
    settings: (apiUrl) => ({
      settings: {
        notion: {
          apiUrl,
          tokenSecret: 'sandbox-notion',
          databases: { tasks: { id: 'c0de0000-0000-4000-8000-000000000001' } },
          markerProperty: 'countersign_key',
        },
      },
      secrets: { 'sandbox-notion': 'ntn_of-the-sandbox' },
    }),
  },
  actions: ({ notion: workspace }, { secrets }) => {
    if (!workspace) return [];
    const setup = { workspace, secrets };
    return [createPageCreate(setup), createPageUpdate(setup), createPageArchive(setup)];
  },
});
