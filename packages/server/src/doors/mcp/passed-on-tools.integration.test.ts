import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startOtherMcpServer, type OtherMcpServer } from '../../../testing/other-mcp-server.ts';
import { shippedPolicyData } from '../../../testing/policy-data.ts';
import { createRestWorld, type RestCaller, type RestWorld } from '../../../testing/rest-world.ts';
import { until } from '../../../testing/until.ts';
import { serversSchema } from '../../platforms/mcp/servers.ts';

let other: OtherMcpServer;
let world: RestWorld;
/** Texts that were added there. */
let notes: string[];
beforeAll(async () => {
  other = await startOtherMcpServer(({ method, params }) => {
    if (method === 'tools/list')
      return {
        tools: [
          {
            name: 'add_note',
            description: 'Adds a note.',
            inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
            annotations: { readOnlyHint: true, destructiveHint: false },
          },
          { name: 'list_notes', inputSchema: { type: 'object' } },
          { name: 'drop_notes', inputSchema: { type: 'object' } },
        ],
      };
    const { name, arguments: given } = params ?? {};
    if (name === 'list_notes')
      return { content: [{ type: 'text', text: 'All.' }], structuredContent: { notes } };
    notes.push((given as { text: string }).text);
    return { content: [{ type: 'text', text: 'Added.' }] };
  });
  const mcpServers = serversSchema.parse({
    notes: { url: other.url, tools: { add_note: {}, list_notes: { reads: true } } },
  });
  world = await createRestWorld((home) => shippedPolicyData(home, { undoWindowMs: 0 }), undefined, {
    mcpServers,
    platforms: { mcp: { environments: { 'notes/add_note': 'STAGING' } } },
  });
  notes = [];
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

const connect = async (
  { key }: Pick<RestCaller, 'key'>,
  onTools?: (names: readonly string[]) => void,
): Promise<Client & AsyncDisposable> => {
  const client = new Client(
    { name: 'an-agent', version: '1' },
    {
      versionNegotiation: { mode: 'auto' },
      ...(onTools && {
        listChanged: {
          tools: { onChanged: (_error, tools) => void onTools(tools?.map(({ name }) => name) ?? []) },
        },
      }),
    },
  );
  await client.connect(
    new StreamableHTTPClientTransport(new URL('/mcp', world.app.url), {
      authProvider: { token: async () => key },
    }),
  );
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
};

test('a client that listens hears of tools that came, and of no others', async () => {
  const heard = vi.fn<(names: readonly string[]) => void>();
  await using _client = await connect(world.agent, heard);
  await until(
    () => (heard.mock.calls.some(([names]) => names.includes('notes__add_note')) ? true : undefined),
    () => JSON.stringify(heard.mock.calls),
  );
});

test('tools of another server are offered under names of their own, as configuration says that they are', async () => {
  await using client = await connect(world.agent);
  const { tools } = await client.listTools();
  const add = tools.find(({ name }) => name === 'notes__add_note');
  expect(add).toMatchObject({
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
  });
  expect(add?.description).toContain('unchecked: Adds a note.');
  expect(tools.find(({ name }) => name === 'notes__list_notes')?.annotations?.readOnlyHint).toBe(true);
  expect(tools.map(({ name }) => name)).not.toContain('notes__drop_notes');
  const no = await client.callTool({ name: 'notes__drop_notes', arguments: {} });
  expect(no).toMatchObject({ isError: true, structuredContent: { code: 'RESOURCE_NOT_FOUND' } });
});

test('what only looks is answered as its server answers it', async () => {
  await using client = await connect(world.agent);
  const told = await client.callTool({ name: 'notes__list_notes', arguments: {} });
  expect(told).toMatchObject({
    isError: false,
    content: [{ type: 'text', text: 'All.' }],
    structuredContent: { notes },
  });
  const id = told._meta?.['countersign/task_id'];
  const { body } = await world.agent.call('GET', `/tasks/${String(id)}`);
  expect(body).toMatchObject({ status: 'succeeded' });
});

test('what acts is decided on like any task, and runs once', async () => {
  await using client = await connect(world.agent);
  const told = await client.callTool({ name: 'notes__add_note', arguments: { text: 'Milk' } });
  expect(told).toMatchObject({ isError: false, content: [{ text: 'Added.' }] });
  const id = told._meta?.['countersign/task_id'];
  const { body } = await world.agent.call('GET', `/tasks/${String(id)}`);
  expect(body).toMatchObject({ status: 'succeeded', environment: 'STAGING' });
  expect(notes).toEqual(['Milk']);
});

test('people see the servers, what they offer and what became of calls', async () => {
  const data = await world.olga.graphql(
    `{ connectedServers { name state error tools { name callName reads isOffered calls failedCalls lastCalledAt lastError } } }`,
  );
  expect(data['connectedServers']).toMatchObject([
    {
      ...{ name: 'notes', state: 'ANSWERS', error: null },
      tools: [
        { name: 'add_note', callName: 'notes__add_note', reads: false, isOffered: true, calls: 1 },
        { name: 'list_notes', reads: true, isOffered: true, calls: 1, failedCalls: 0 },
      ],
    },
  ]);
});

test('a tool that fails is told with what its server said', async () => {
  other.answers(({ method }) =>
    method === 'tools/list'
      ? { tools: [] }
      : { content: [{ type: 'text', text: 'No disk.' }], isError: true },
  );
  await using client = await connect(world.agent);
  const told = await client.callTool({ name: 'notes__list_notes', arguments: { again: true } });
  expect(told).toMatchObject({ isError: true, structuredContent: { status: 'failed' } });
  expect(JSON.stringify(told.content)).toContain('No disk.');
  const data = await world.olga.graphql('{ connectedServers { tools { name failedCalls lastError } } }');
  expect(data['connectedServers']).toMatchObject([
    { tools: [{ name: 'add_note' }, { failedCalls: 1, lastError: expect.stringContaining('No disk.') }] },
  ]);
});

test('whoever may only look is offered none of them', async () => {
  await using client = await connect(world.olga);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).not.toContain('notes__list_notes');
  const no = await client.callTool({ name: 'notes__list_notes', arguments: {} });
  expect(no).toMatchObject({ isError: true, structuredContent: { code: 'RESOURCE_NOT_FOUND' } });
});
