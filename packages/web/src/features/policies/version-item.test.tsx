import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { standInForLayout } from '../../../testing/layout.ts';
import type { PoliciesNow, Version } from './policies-data.ts';
import { VersionItem } from './version-item.tsx';

beforeEach(standInForLayout);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const at = '2026-11-28T00:00:00Z';
const version: Version = {
  id: 'v1',
  number: 1,
  note: 'Less is asked.',
  status: 'DRAFT',
  bundleHash: 'b',
  signedBy: null,
  madeAt: at,
  isCheckPassed: true,
  madeBy: { name: 'Ada' },
  check: [],
  changes: [],
  asks: [],
  shadow: null,
};
const now: PoliciesNow = {
  engine: 'IN_PROCESS',
  serverHost: null,
  revision: null,
  bundleHash: 'a',
  since: null,
  flipBudget: 20,
  flipWindow: 1000,
  viewerCanDraft: true,
  viewerCanPublish: true,
  data: {},
  dataSchema: {},
  version: null,
  rules: [],
  publications: [],
};

it('says before a version is published when a second person must say the same', async () => {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { enabled: false } } })}>
        <VersionItem version={version} now={now} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  fireEvent.click(screen.getByRole('button', { name: 'Publish…' }));
  expect((await screen.findByRole('dialog')).textContent).toContain(
    'Where more than 20 of 1000 recorded decisions come out otherwise',
  );
});
