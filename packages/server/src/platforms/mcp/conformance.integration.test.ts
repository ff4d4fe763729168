import { describe, test } from 'vitest';
import { fallingSilent, platformFailures, unreachable } from '../../../testing/platform-world.ts';
import { startMcpNotes } from '../../../testing/platforms/mcp.ts';
import type { Json } from '../../domain/json.ts';
import { createEgress } from '../../infra/egress.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createMcpCall } from './mcp-call.ts';
import { serversSchema } from './servers.ts';

const token = 'token-of-a-test';

const createWorld = async (tool: string, given: { readonly [key: string]: Json }) => {
  const platform = await startMcpNotes({ token });
  const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
  const servers = serversSchema.parse({
    notes: {
      url: `${platform.url}/mcp`,
      headers: { authorization: 'Bearer secret:notes' },
      tools: { add_note: { reads: false }, list_notes: { reads: true } },
    },
  });
  return {
    platform,
    egress,
    executor: createMcpCall({ servers, secrets: createSecrets({ notes: { value: token, origins: [] } }) }),
    params: { server: 'notes', tool, arguments: given },
    fingerprint: async () => platform.fingerprint(),
    received: () => platform.received,
    countEffects: async () => platform.state().notes.length,
    [Symbol.asyncDispose]: async () => {
      await egress[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    },
  };
};

describe('mcp.call of a tool that writes', () => {
  const cases = conformanceCases({
    createWorld: () => createWorld('add_note', { text: 'Milk' }),
    effectsPerApply: 1,
    // A tool has no version that a call could be held to.
    drift: null,
    // What a tool answers is all that the protocol lets anybody see of what it did.
    lie: null,
    lateRead: null,
    stall: fallingSilent,
    failures: [...platformFailures, unreachable],
  });
  for (const { name, run } of cases) test(name, run);
});

describe('mcp.call of a tool that configuration says only looks', () => {
  const cases = conformanceCases({
    createWorld: () => createWorld('list_notes', {}),
    effectsPerApply: 0,
    ...{ drift: null, lie: null, lateRead: null, stall: null },
    failures: [unreachable],
  });
  for (const { name, run } of cases) test(name, run);
});
