import { definePlatform } from '../contract/platform.ts';
import { createMessageDelete } from './message-delete.ts';
import { createMessagePost } from './message-post.ts';
import { createMessageUpdate } from './message-update.ts';
import { createAllowedChannels, everyChannel, workspaceSchema } from './workspace.ts';

export const slack = definePlatform({
  name: 'slack',
  config: { slack: workspaceSchema.nullable().default(null).describe('The workspace of Slack.') },
  secretsOf: ({ slack: workspace }) => (workspace ? [workspace.tokenSecret] : []),
  reachOf: ({ slack: workspace }) =>
    (workspace?.channels ?? []).map((name) => ({ kind: 'channel', name, isPrefix: name === everyChannel })),
  sandbox: {
    isConfigured: ({ slack: workspace }) => workspace !== null,
    settings: (url) => ({
      settings: { slack: { apiUrl: `${url}/api`, tokenSecret: 'sandbox-slack', channels: ['C0OPS'] } },
      secrets: { 'sandbox-slack': 'xoxb-sandbox-of-countersign' },
    }),
  },
  actions: ({ slack: workspace }, { secrets }) => {
    if (!workspace) return [];
    const places = createAllowedChannels(workspace, secrets);
    return [createMessagePost(places), createMessageUpdate(places), createMessageDelete(places)];
  },
});
