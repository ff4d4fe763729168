import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { standInForLayout } from '../../../testing/layout.ts';
import { firstTaskOf, type WhatIMayUse } from '../../vocabulary/first-task.ts';
import { whoMakesKeysOptions } from './connect-data.ts';
import { ConnectLines } from './connect-screen.tsx';
import { doorsOf } from './door-lines.ts';

beforeAll(standInForLayout);

const repository = (name: string, isPrefix = false) => ({
  platform: 'git',
  kind: 'repository',
  name,
  isPrefix,
});
const use: WhatIMayUse = {
  viewer: {
    canSubmit: true,
    canAdminister: true,
    principal: { name: 'Operator' },
    tenant: { id: '01a2-tenant', name: 'default' },
  },
  capabilities: {
    platforms: ['git', 'porch'],
    targets: [repository('https://git.example/team/', true), repository("o'neil"), repository('other')],
    intentFiles: { types: ['scaling'], directory: '/srv/hand off' },
  },
  platforms: [
    { name: 'git', isSandbox: false },
    { name: 'porch', isSandbox: true },
  ],
};
const approver: WhatIMayUse = {
  ...use,
  viewer: { ...use.viewer, canSubmit: false, canAdminister: false },
  capabilities: { platforms: [], targets: [], intentFiles: null },
};
const origin = 'https://cs.example';
const texts = (from: WhatIMayUse): readonly string[] =>
  doorsOf(from, origin, 'ab12').flatMap(({ blocks }) => blocks.map(({ text }) => text));

describe('the lines', () => {
  it('are of this installation, its tenant, and a repository that the caller may use', () => {
    const [rest, graphql, sdk, mcp, claude, login, submit, intent] = texts(use);
    expect(rest).toContain(`curl -s ${origin}/tasks`);
    expect(rest).toContain("-H 'x-tenant-id: 01a2-tenant'");
    expect(rest).toContain("-H 'idempotency-key: hello-ab12'");
    expect(rest).toContain("-H 'authorization: Bearer YOUR_KEY'");
    expect(rest).toContain(String.raw`"repository":"o'\''neil"`);
    expect(graphql).toContain(`curl -s ${origin}/graphql`);
    expect(sdk).toContain(`createCountersign({ url: "${origin}", apiKey: 'YOUR_KEY' })`);
    expect(sdk).toContain(`repository: "o'neil"`);
    expect(JSON.parse(mcp ?? '')).toEqual({
      mcpServers: {
        countersign: { type: 'http', url: `${origin}/mcp`, headers: { Authorization: 'Bearer YOUR_KEY' } },
      },
    });
    expect(claude).toContain(`claude mcp add --transport http countersign ${origin}/mcp`);
    expect(login).toContain(`login --url ${origin}`);
    expect(submit).toContain('task submit --key hello-ab12');
    expect(intent).toContain(`> '/srv/hand off'/intent-hello-ab12.json`);
    expect(intent).toContain('"target":"cnf-simulator"');
  });

  it('ask a person before anything runs, and are the same task by each way', () => {
    const task = firstTaskOf(use, 'ab12');
    expect(task.requiresApproval).toBe(true);
    const [rest, graphql] = texts(use).map((text) => text.replaceAll(String.raw`'\''`, "'"));
    const { idempotencyKey, ...body } = task;
    expect(rest).toContain(JSON.stringify(body));
    expect(graphql).toContain(JSON.stringify({ input: { idempotencyKey, ...body } }));
  });

  it('name nothing that is not known', () => {
    expect(texts(approver).join('\n')).toContain('YOUR_REPOSITORY');
    expect(doorsOf(approver, origin, 'ab12').map(({ title }) => title)).not.toContain('Intent files');
    const elsewhere = { ...use.capabilities, intentFiles: { types: ['restart'], directory: null } };
    expect(texts({ ...use, capabilities: elsewhere, platforms: [] }).at(-1)).toMatch(
      /"intent_type":"restart","target":"YOUR_TARGET"[^]*> HAND_OFF_DIRECTORY\//,
    );
  });
});

describe('ConnectLines', () => {
  afterEach(cleanup);

  const show = (from: WhatIMayUse): void => {
    const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
    const admin = { name: 'Grace', type: 'HUMAN' as const, roles: ['ADMIN' as const] };
    const service = { name: 'robot', type: 'SERVICE' as const, roles: ['ADMIN' as const] };
    client.setQueryData(whoMakesKeysOptions().queryKey, { principals: { nodes: [service, admin] } });
    const page = () => (
      <MantineProvider env="test">
        <QueryClientProvider client={client}>
          <ConnectLines use={from} origin={origin} id="ab12" />
        </QueryClientProvider>
      </MantineProvider>
    );
    const router = createRouter({
      routeTree: createRootRoute({ component: page }),
      history: createMemoryHistory(),
    });
    render(<RouterProvider router={router as never} />);
  };

  it('has a button for each block, and leads administrators to where keys are made', async () => {
    show(use);
    expect(await screen.findByRole('link', { name: 'Settings, People and keys' })).toBeTruthy();
    for (const { blocks } of doorsOf(use, origin, 'ab12')) {
      for (const { label } of blocks)
        expect(screen.getByRole('button', { name: `Copy: ${label}` })).toBeTruthy();
    }
    expect(screen.queryByText(/Put what the key may use/)).toBeNull();
    expect(screen.getByRole('list', { name: 'Platforms that you may use' }).textContent).toContain(
      'gitrepository https://git.example/team/ and what is below',
    );
  });

  it('says to who may do neither whom to ask, and that the lines need a repository', async () => {
    show(approver);
    expect(await screen.findByText(/An administrator makes one for you/)).toBeTruthy();
    expect(screen.getByText('Grace')).toBeTruthy();
    expect(screen.getByText(/You may not submit tasks yourself/)).toBeTruthy();
  });
});
