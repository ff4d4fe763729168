import type { BenchServer } from './bench-server.ts';

/** One submission of the same task by each door, as a client that keeps its connection sends it. */
type Submit = () => Promise<void>;

const body = () => ({ goal: 'Measure', actions: [{ type: 'noop.run', params: {} }] });

const sent = async (url: string, key: string, given: object, headers: object = {}): Promise<string> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify(given),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
};

const mustHold = (text: string, word: string): void => {
  if (!text.includes(word)) throw new Error(`A submission was not taken: ${text}`);
};

const mutation = `mutation ($input: ExecuteTaskInput!) {
  executeTask(input: $input) { refusal { code message } task { id status goal revision plan { hash } } }
}`;

const revision = '2026-07-28';
const envelope = {
  'io.modelcontextprotocol/protocolVersion': revision,
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const tenantIdOf = async ({ url, agentKey }: BenchServer): Promise<string> => {
  const query = '{ viewer { tenant { id } } }';
  const answer = JSON.parse(await sent(`${url}/graphql`, agentKey, { query })) as {
    data: { viewer: { tenant: { id: string } } };
  };
  return answer.data.viewer.tenant.id;
};

const doorsOf = (
  { url, agentKey }: BenchServer,
  tenantId: string,
): Readonly<Record<'graphql' | 'rest' | 'mcp', Submit>> => ({
  async graphql() {
    const input = { idempotencyKey: crypto.randomUUID(), ...body() };
    mustHold(await sent(`${url}/graphql`, agentKey, { query: mutation, variables: { input } }), '"hash":"');
  },
  async rest() {
    const headers = { 'idempotency-key': crypto.randomUUID(), 'x-tenant-id': tenantId };
    mustHold(await sent(`${url}/tasks`, agentKey, body(), headers), '"planHash":"');
  },
  async mcp() {
    const given = { idempotencyKey: crypto.randomUUID(), ...body(), waitSeconds: 0 };
    const message = {
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
      params: { name: 'submit_task', arguments: given, _meta: envelope },
    };
    const headers = {
      ...{ accept: 'application/json, text/event-stream', 'mcp-protocol-version': revision },
      ...{ 'mcp-method': 'tools/call', 'mcp-name': 'submit_task' },
    };
    mustHold(await sent(`${url}/mcp`, agentKey, message, headers), '"planHash":"');
  },
});

const median = (samples: readonly number[]): number =>
  samples.toSorted((one, other) => one - other)[Math.floor(samples.length / 2)] ?? Number.NaN;

/** What a submission takes by each door, one after the other in turns, so that what else goes on is the same for all. */
export const measureDoors = async (server: BenchServer, count: number): Promise<object> => {
  const doors = Object.entries(doorsOf(server, await tenantIdOf(server)));
  const samples = new Map<string, number[]>(doors.map(([name]) => [name, []]));
  const warmUp = Math.ceil(count / 5);
  for (let round = 0; round < warmUp + count; round += 1)
    for (const [name, submit] of doors) {
      const startedAt = performance.now();
      await submit();
      if (round >= warmUp) samples.get(name)?.push(performance.now() - startedAt);
    }
  const p50 = (name: string): number => median(samples.get(name) ?? []);
  const ratio = (name: string): number => Number((p50(name) / p50('graphql')).toFixed(3));
  return {
    p50Ms: Object.fromEntries(doors.map(([name]) => [name, Number(p50(name).toFixed(2))])),
    restOfGraphql: ratio('rest'),
    mcpOfGraphql: ratio('mcp'),
  };
};
