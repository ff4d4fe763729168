import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { Health } from './overview-data.ts';
import { Processes } from './processes.tsx';

const door: Health['processes'][number] = {
  name: 'door-1-abcd',
  role: 'API',
  version: '1.2.3',
  status: 'HEALTHY',
  startedAt: new Date(Date.now() - 121 * 60_000).toISOString(),
};

describe('Processes', () => {
  afterEach(cleanup);

  it('names each with its role and age', () => {
    render(
      <Processes health={{ checks: [], processes: [door, { ...door, name: 'hand-2', role: 'WORKER' }] }} />,
    );
    expect(screen.getByText('door-1-abcd')).toBeTruthy();
    expect(screen.getByText(/^answers, version 1\.2\.3, up for 2 ?h/)).toBeTruthy();
    expect(screen.getByText(/^runs steps/)).toBeTruthy();
  });

  it('says what is wrong, and nothing of what is not', () => {
    const checks: Health['checks'] = [
      { name: 'database', status: 'HEALTHY', message: null },
      { name: 'workers', status: 'DEGRADED', message: 'No worker is alive.' },
    ];
    render(<Processes health={{ checks, processes: [door] }} />);
    expect(screen.getByText('No worker is alive.', { exact: false })).toBeTruthy();
    expect(screen.queryByText('database')).toBeNull();
  });
});
