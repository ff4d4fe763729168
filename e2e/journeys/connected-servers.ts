import { startOtherMcpServer } from '../../packages/server/testing/other-mcp-server.ts';
import { barriersAtAnyWidth } from '../pages/barriers.ts';
import { expect, test } from '../test.ts';

const tools = [
  { name: 'find_ticket', description: 'Finds a ticket by its number.', inputSchema: { type: 'object' } },
];

test("another server's tools are shown with what became of calls, and that it does not answer", async ({
  agent,
  configures,
  operator,
  stack,
  unique,
}) => {
  let doesFail = true;
  await using other = await startOtherMcpServer(({ method }) => {
    if (method === 'tools/list') return { tools };
    return doesFail
      ? { content: [{ type: 'text', text: 'The tickets are being moved.' }], isError: true }
      : { content: [{ type: 'text', text: 'Ticket 7.' }] };
  });
  const [server, silent] = [`tickets-${unique}`, `silent-${unique}`];
  await configures({
    mcpServers: {
      [server]: { url: other.url, tools: { find_ticket: { reads: true }, drop_ticket: {} } },
      // Nobody is let out there.
      [silent]: { url: 'http://127.0.0.1:9/mcp', tools: {} },
    },
    egress: { allowedInternalHosts: [new URL(other.url).host] },
  });
  await operator.goto(`${stack.url}/connected-servers`);
  const panel = operator.getByRole('region', { name: server });
  await expect(panel).toContainText('answers');
  await expect(operator.getByRole('region', { name: silent })).toContainText('does not answer');
  const tool = (name: string) =>
    panel
      .getByRole('list', { name: `Tools of ${server}` })
      .getByRole('listitem')
      .filter({ hasText: name });
  await expect(tool('find_ticket')).toContainText('only looks');
  await expect(tool('find_ticket')).toContainText('not called lately');
  await expect(tool('drop_ticket')).toContainText('its server has none');

  const params = { server, tool: 'find_ticket', arguments: { number: 7 } };
  const asks = (goal: string) =>
    agent.asksFor({ goal, retry: { maxRetries: 0 }, actions: [{ type: 'mcp.call', params }] });
  await agent.reaches(await asks('Look for ticket 7'), 'FAILED');
  await expect(tool('find_ticket')).toContainText('1 call, 1 failed');
  doesFail = false;
  await agent.reaches(await asks('Look for ticket 7 again'), 'SUCCEEDED');
  await expect(tool('find_ticket')).toContainText('2 calls, 1 failed');
  await tool('find_ticket').getByText('find_ticket').first().click();
  await expect(tool('find_ticket')).toContainText('Finds a ticket by its number.');
  await expect(tool('find_ticket')).toContainText('The tickets are being moved.');
  expect(await barriersAtAnyWidth(operator)).toEqual([]);
});
