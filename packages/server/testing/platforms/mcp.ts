import { z } from 'zod';
import {
  jsonBody,
  startEmulator,
  type EmulatedAnswer,
  type Emulator,
  type EmulatorOptions,
} from './emulator.ts';

export interface NotesState {
  notes: string[];
}

const message = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z
    .looseObject({ name: z.string().optional(), arguments: z.record(z.string(), z.json()).default({}) })
    .default({ arguments: {} }),
});

const tools = [
  {
    name: 'add_note',
    description: 'Adds a note.',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    // What a server says of its tools is worth nothing here, and this is not even true.
    annotations: { readOnlyHint: true },
  },
  { name: 'list_notes', description: 'Lists all notes.', inputSchema: { type: 'object' } },
  { name: 'drop_notes', description: 'Drops all notes.', inputSchema: { type: 'object' } },
];

export interface NotesOptions extends EmulatorOptions {
  /** The one token that is let in. Default: any. */
  readonly token?: string;
}

/** An MCP server of 2025 without sessions, at /mcp, that keeps notes. */
export const startMcpNotes = ({ token, ...options }: NotesOptions = {}): Promise<Emulator<NotesState>> =>
  startEmulator<NotesState>(
    {
      state: { notes: [] },
      handle: (state, request) => {
        if (request.path !== '/mcp') return { status: 404 };
        if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
          return { status: 401 };
        return request.method === 'POST' ? answer(state, jsonBody(request)) : { status: 405 };
      },
      objects: ({ notes }) =>
        notes.map((text, index) => ({
          kind: 'note',
          id: String(index),
          name: text.slice(0, 80),
          state: text,
        })),
      errorOf: (status, retryAfterSeconds) => ({
        status,
        ...(retryAfterSeconds !== undefined && { headers: { 'retry-after': String(retryAfterSeconds) } }),
        body: { error: 'as planned' },
      }),
    },
    options,
  );

const answer = (state: NotesState, body: unknown): EmulatedAnswer => {
  const { id, method, params } = message.parse(body);
  if (id === undefined) return { status: 202 };
  const say = (result: object): EmulatedAnswer => ({ status: 200, body: { jsonrpc: '2.0', id, result } });
  switch (method) {
    case 'initialize':
      return say({
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'notes', version: '1' },
      });
    case 'tools/list':
      return say({ tools });
    case 'tools/call':
      return called(state, params.name, params.arguments, say);
    default:
      return {
        status: 200,
        body: { jsonrpc: '2.0', id, error: { code: -32_601, message: 'Method not found' } },
      };
  }
};

const called = (
  state: NotesState,
  name: string | undefined,
  { text }: Readonly<Record<string, unknown>>,
  say: (result: object) => EmulatedAnswer,
): EmulatedAnswer => {
  const told = (words: string, isError = false) => ({ content: [{ type: 'text', text: words }], isError });
  if (name === 'list_notes') return say({ ...told('All notes.'), structuredContent: { notes: state.notes } });
  if (name !== 'add_note' || typeof text !== 'string') return say(told('I do not know that.', true));
  state.notes.push(text);
  return {
    ...say({ ...told('Added.'), structuredContent: { count: state.notes.length } }),
    wrote: `note/${text}`,
  };
};
