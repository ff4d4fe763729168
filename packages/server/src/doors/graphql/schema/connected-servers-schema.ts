import type { ConnectionState } from '../../../platforms/index.ts';
import type {
  ConnectedServerQueries,
  ConnectedServerView,
  ConnectedToolView,
} from '../../../modules/platforms/index.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** Other servers whose tools are passed on. */
export const addConnectedServersSchema = (
  builder: Builder,
  refs: Refs,
  { connectedServers }: ConnectedServerQueries,
): void => {
  const state = enumOf<ConnectionState>(builder, 'ConnectionState', 'Whether a server tells of its tools.', {
    UNKNOWN: 'It was not heard yet.',
    ANSWERS: 'It told of its tools when it was asked last.',
    FAILS: 'It did not, when it was asked last.',
  });
  const tool = defineType<ConnectedToolView>(
    builder,
    'ConnectedTool',
    'A tool of another server that configuration lets be called.',
    {
      name: ['String', 'As its server has it.'],
      callName: ['String', 'As agents call it here: tickets__create_ticket.'],
      reads: ['Boolean', 'Whether configuration says that it only looks.'],
      description: ['String', 'Its own words, cut, and never believed; empty where it has none.'],
      inputSchema: [
        'JSON',
        'JSON Schema of what it takes; any object where it told of none that is passed on.',
      ],
      isOffered: ['Boolean', 'Whether its server has it; null while that was not heard.', 'nullable'],
      changedAt: [
        'DateTime',
        'When its words or its schema were seen to become others, since this process started.',
        'nullable',
      ],
      calls: ['Int', 'Of the latest 200 calls of such tools that you see, in 30 days: those of this one.'],
      failedCalls: ['Int', 'Of them, those that did not succeed.'],
      lastCalledAt: ['DateTime', 'Null where none of them was of this one.', 'nullable'],
      lastError: ['String', 'Why the last one that failed did.', 'nullable'],
    },
  );
  const server = defineType<ConnectedServerView>(
    builder,
    'ConnectedServer',
    'Another server whose tools may be called through here.',
    {
      name: ['String', 'As configuration names it.'],
      platform: ['String', 'mcp'],
      actionType: ['String', 'Of the action that calls its tools: mcp.call.'],
      url: ['String', 'Where it is.'],
      state: [state, 'Whether it tells of its tools.'],
      askedAt: ['DateTime', 'When it was asked last; null where it never was.', 'nullable'],
      error: ['String', 'Why it did not tell of them.', 'nullable'],
      tools: [[tool], 'Those that configuration lets be called.'],
    },
  );
  refs.query(connectedServers, { type: [server] });
};
