import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Plan } from '../../graphql/plan-fragments.ts';
import { planSample, stepSample } from '../../../testing/plan-samples.ts';
import { PlanSteps } from './plan-steps.tsx';

beforeAll(() => {
  window.matchMedia = (media) =>
    Object.assign(new EventTarget(), {
      matches: false,
      media,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    });
});
afterEach(cleanup);

const phaseOf = (index: number): number => (index === 0 ? 1 : 2 + Math.floor((index - 1) / 8));

const steps = Array.from({ length: 40 }, (_, index) => [
  stepSample({
    name: `image[${index + 1}]`,
    phase: phaseOf(index),
    summary: `Set the image of web-${index + 1}`,
  }),
  stepSample({
    name: `image.gate[${index + 1}]`,
    phase: phaseOf(index),
    kind: 'GATE',
    category: 'READ',
    actionType: 'kubernetes.deployment.status',
    summary: `Look at web-${index + 1}`,
    expect: { required: ['ready'], properties: { ready: { minimum: 1 } } },
  }),
]).flat();

const show = (parts: Partial<Plan>) => {
  const plan = planSample(parts);
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <PlanSteps plan={plan} taskId="t1" />
      </MantineProvider>
    </QueryClientProvider>,
  );
};

const unfold = (text: string): void => {
  const details = screen.getByText(text).closest('details');
  if (!details) throw new Error(`Nothing can be unfolded at ${text}.`);
  details.open = true;
  fireEvent(details, new Event('toggle'));
};

it('shows forty targets as phases, the canary open and the others folded', () => {
  const phases = Array.from({ length: 6 }, (_, index) => ({
    number: index + 1,
    name: index === 0 ? 'Canary' : `Wave ${index}`,
    soakMs: 60_000,
    errorBudget: index === 0 ? 0 : 1,
    onFail: 'ROLL_BACK' as const,
  }));
  show({ phases, steps });
  expect(screen.getByText('Set the image of web-1')).toBeTruthy();
  expect(screen.queryByText('Set the image of web-2')).toBeNull();
  expect(
    screen.getByText(/^1 min later kubernetes.deployment.status looks at each; one that fails/),
  ).toBeTruthy();
  expect(screen.getAllByText(/more than 1 that fail undoes what was done/)).toHaveLength(5);
  unfold('Wave 1');
  unfold('Set the image of web-2');
  const target = screen.getByText('Set the image of web-2', { selector: 'summary *, summary' }).closest('li');
  expect(within(target ?? document.body).getByText('Passes if')).toBeTruthy();
});

it('shows the fallback of a target with it, beside the gate of its own', () => {
  const [first, gate] = steps;
  const instead = stepSample({
    name: 'fallback:image[1]',
    phase: 1,
    fallbackFor: 'image[1]',
    summary: 'Restart web-1 instead',
  });
  const canary = { number: 1, name: 'Canary', soakMs: 0, errorBudget: 0, onFail: 'PAUSE' as const };
  show({ phases: [canary], steps: [first, instead, gate].filter((each) => each !== undefined) });
  expect(screen.getByText('1 target')).toBeTruthy();
  expect(screen.getByText('with fallback')).toBeTruthy();
  unfold('Set the image of web-1');
  expect(screen.getByText('Restart web-1 instead')).toBeTruthy();
  expect(screen.getByText('Look at web-1')).toBeTruthy();
});

it('says what a step takes from an earlier one, and what cannot be undone', () => {
  show({
    transactional: true,
    steps: [
      stepSample({ name: 'create', phase: 1, summary: 'Create a page', canBeUndone: false }),
      stepSample({
        name: 'post',
        phase: 1,
        summary: 'Post a message',
        references: [{ path: 'text', step: 'create', pointer: '/url', isKnown: false }],
      }),
    ],
  });
  expect(screen.getByText(/All or nothing/).textContent).toContain('1 of the steps cannot be undone');
  expect(screen.getByText('Takes').nextElementSibling?.textContent).toBe(
    'text from step create: /url, known once that has run',
  );
  expect(screen.getByText('none: it stays done')).toBeTruthy();
});

it('says which earlier steps leave what a step is planned upon', () => {
  show({
    steps: [
      stepSample({ name: 'first', summary: 'Rename a card' }),
      stepSample({
        name: 'second',
        summary: 'Move the card',
        dependsOn: ['first'],
        after: ['first'],
        precondition: { listId: 'todo' },
      }),
    ],
  });
  expect(screen.getByText('Only if').nextElementSibling?.textContent).toContain('is as first leave it');
});
