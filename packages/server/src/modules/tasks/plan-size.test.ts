import { expect, test } from 'vitest';
import type { PlannedAction } from '../../domain/planned-action.ts';
import { createPlanSize } from './plan-size.ts';

/** Takes so many bytes of the plan, and a little more. */
const planned = (bytes: number): PlannedAction => ({
  summary: 'Change it',
  targets: [],
  precondition: 'x'.repeat(bytes),
  diffs: [],
  findings: [],
});

test('a step counts once, however often it is planned', () => {
  const size = createPlanSize([{}]);
  for (let time = 0; time < 5; time += 1) {
    size.drop('a');
    size.add('a', planned(600_000));
    expect(size.fault()).toBeNull();
  }
  size.add('b', planned(600_000));
  expect(size.fault()).toMatchObject({ code: 'SCHEMA_VALIDATION_FAILED' });
  size.drop('b');
  expect(size.fault()).toBeNull();
});

test('what actions ask for counts before anything is planned', () => {
  expect(createPlanSize([{ text: 'x'.repeat(1_100_000) }]).fault()?.message).toContain('split the task');
});
