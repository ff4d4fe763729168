import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen, within } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { AgentWords } from './agent-words.tsx';
import { citationOf, sourceOf } from './citation.ts';
import { isUnplannedGoal, NotPlanned, type Unplanned } from './not-planned.tsx';
import { PlanningView, type PlannedTask } from './planning-view.tsx';

const at = '2026-11-27T08:00:00.000Z';
const task: PlannedTask = {
  agent: 'drift_agent',
  status: 'PLANNING',
  planning: {
    agent: 'drift_agent',
    planner: 'anthropic/claude',
    spec: { taskType: 'drift_remediation' },
    tries: 2,
    calls: [
      {
        tool: 'query_assets',
        input: { search: 'web' },
        citation: { text: '47 of 100 servers', rows: '/inventory?search=web' },
        source: { name: 'inventory', asOf: null, isOutside: true },
        failure: null,
        durationMs: 12,
        at,
      },
      {
        tool: 'query_alerts',
        input: {},
        citation: null,
        source: null,
        failure: 'no alerts',
        durationMs: 3,
        at,
      },
    ],
    inputTokens: 1_200,
    outputTokens: 80,
    costMicros: 4_800,
    report: null,
    assumptions: ['The image is the wanted one.'],
    startedAt: at,
    finishedAt: null,
  },
  stages: [
    { stage: 'SCHEMA', status: 'WAITING', message: 'There is no plan yet.' },
    { stage: 'PEOPLE', status: 'NOT_NEEDED', message: 'Nobody is asked.' },
  ],
};

const show = async (content: ReactNode) => {
  const router = createRouter({
    routeTree: createRootRoute({ component: () => content }),
    history: createMemoryHistory(),
  });
  render(<RouterProvider router={router} />);
  await screen.findAllByText(/./);
};

afterEach(cleanup);

describe('PlanningView', () => {
  it('says who plans, what was looked up and where that is, what it took, and which stages are ahead', async () => {
    await show(<PlanningView task={task} />);
    const panel = screen.getByRole('region', { name: 'Planning' });
    expect(panel.textContent).toContain('drift_agent by anthropic/claude: drift remediation, try 2.');
    expect(panel.textContent).toContain('1,200 tokens in, 80 out, $0.0048');
    const [found, failed] = within(screen.getByRole('list', { name: 'What it looked up' })).getAllByRole(
      'listitem',
    );
    expect(
      within(found as HTMLElement)
        .getByRole('link', { name: '47 of 100 servers' })
        .getAttribute('href'),
    ).toBe('/inventory?search=web');
    expect(found?.textContent).toContain('From outside: inventory');
    expect(failed?.textContent).toContain('No answer: no alerts');
    const stages = within(
      screen.getByRole('list', { name: 'What a plan passes before it runs' }),
    ).getAllByRole('listitem');
    expect(stages.map(({ textContent }) => textContent)).toEqual([
      'Form waitsThere is no plan yet.',
      'People not neededNobody is asked.',
    ]);
  });
});

const said = {
  agent: 'drift_agent',
  planner: 'anthropic/claude',
  summary: '47 servers drift',
  report: '# <b>Plan</b>',
  assumptions: ['The golden image is what they are to be like.'],
  calls: task.planning?.calls ?? [],
  finishedAt: at,
};

describe('AgentWords', () => {
  it('says whose words they are, what was taken for granted, and where what was looked up is', async () => {
    await show(<AgentWords words={said} isChanged />);
    const words = screen.getByRole('region', { name: 'What the agent says' });
    expect(words.textContent).toContain('drift_agent says, by anthropic/claude.');
    expect(words.textContent).toContain("not Countersign's");
    expect(words.textContent).toContain('The plan was changed since');
    expect(words.textContent).toContain('The golden image is what they are to be like.');
    expect(words.textContent).toContain('outsiders could have written it');
    expect(within(words).getByRole('link', { name: '47 of 100 servers' }).getAttribute('href')).toBe(
      '/inventory?search=web',
    );
    // Its markup is text.
    expect(words.querySelector('pre')?.textContent).toBe('# <b>Plan</b>');
  });

  it('says so where nothing was looked up', async () => {
    await show(<AgentWords words={{ ...said, calls: [], report: null }} isChanged={false} />);
    const words = screen.getByRole('region', { name: 'What the agent says' });
    expect(words.textContent).toContain('It looked nothing up.');
    expect(words.textContent).not.toContain('changed since');
  });
});

describe('a goal that was not planned', () => {
  const error: NonNullable<Unplanned['error']> = {
    code: 'GOAL_WITHOUT_ACTIONS',
    message: 'In which cluster is web-01?',
    retriable: false,
    stepName: null,
    faults: [],
  };
  const asked: Unplanned = {
    goal: 'Scale web-01 to 3',
    environment: 'STAGING',
    status: 'FAILED',
    revision: 0,
    agent: null,
    error,
  };

  it('is a question, and leads back to asking', async () => {
    await show(<NotPlanned task={asked} />);
    expect(screen.getByRole('status').textContent).toContain('Its agent asks: In which cluster is web-01?');
    expect(screen.getByRole('link', { name: 'Ask again' }).getAttribute('href')).toBe('/ask');
  });

  it('is told from a task with actions of its own, and from a plan that failed', () => {
    expect(isUnplannedGoal(asked)).toBe(true);
    expect(
      isUnplannedGoal({ ...asked, agent: 'sop_agent', error: { ...error, code: 'QUOTA_EXCEEDED' } }),
    ).toBe(true);
    expect(isUnplannedGoal({ ...asked, error: { ...error, code: 'QUOTA_EXCEEDED' } })).toBe(false);
    expect(isUnplannedGoal({ ...asked, agent: 'sop_agent', revision: 1 })).toBe(false);
  });
});

describe('citations', () => {
  it.each(['https://evil.example', '//evil.example', String.raw`/\evil.example`, 'javascript:alert(1)', 3])(
    'never lead to another site: %s',
    (rows) => {
      expect(citationOf({ text: 'x', rows })).toEqual({ text: 'x', rows: null });
    },
  );

  it('are none without words, and a source that does not say so is not from inside', () => {
    expect(citationOf(['x'])).toBeNull();
    expect(citationOf(null)).toBeNull();
    expect(sourceOf({ name: 'cmdb' })).toEqual({ name: 'cmdb', asOf: null, isOutside: true });
    expect(sourceOf(null)).toBeNull();
  });
});
