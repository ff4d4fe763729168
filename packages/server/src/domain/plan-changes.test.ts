import { expect, test } from 'vitest';
import { aDocument, aDocumentStep, aPlannedStep } from '../../testing/domain-samples.ts';
import type { PlanDocumentStep, PlannedStep } from './plan.ts';
import { shownStep } from './plan.ts';
import { planChanges } from './plan-changes.ts';

const planOf = (...steps: (Partial<PlanDocumentStep> & Partial<PlannedStep>)[]) => ({
  document: aDocument({
    steps: steps.map(({ name = 'a', precondition = null, shown = 'digest' }, ordinal) =>
      aDocumentStep({ name, ordinal, precondition, shown }),
    ),
  }),
  presentation: { riskFactors: [], steps: steps.map((step) => shownStep(aPlannedStep(step))) },
});
const changes = (before: ReturnType<typeof planOf>, now: ReturnType<typeof planOf>, isWhole = false) =>
  planChanges(before, now, () => isWhole, JSON.stringify);

test('plans that do the same do not differ, whatever they are revisions of', () => {
  const plan = planOf({ name: 'a', summary: 'Do it' }, { name: 'b' });
  expect(changes(plan, { ...plan, document: { ...plan.document, revision: 2, mode: 'APPLY' } })).toEqual([]);
});

test('a step that would do something else is named, with what differs', () => {
  const before = planOf(
    { name: 'a', summary: 'Scale from 1 to 2', shown: '1' },
    { name: 'gone', summary: 'Go' },
  );
  const now = planOf(
    { name: 'a', summary: 'Scale from 3 to 2', shown: '2' },
    { name: 'new', summary: 'Come' },
  );
  expect(changes(before, now)).toEqual([
    { step: 'a', before: 'Scale from 1 to 2', now: 'Scale from 3 to 2', parts: ['summary'] },
    { step: 'gone', before: 'Go', now: null, parts: ['step'] },
    { step: 'new', before: null, now: 'Come', parts: ['step'] },
  ]);
});

test('a target that has moved is a difference unless all that is done is shown', () => {
  const [before, now] = [planOf({ precondition: 1 }), planOf({ precondition: 2 })];
  expect(changes(before, now).map(({ parts }) => parts)).toEqual([['precondition']]);
  expect(changes(before, now, true)).toEqual([]);
});
