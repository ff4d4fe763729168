import { expect, test } from 'vitest';
import { backedUp } from './backed-up.ts';

test('figures are reckoned anew after a restore, with all that is kept for it', () => {
  expect(backedUp).toContain('step');
  expect(backedUp.filter((name) => name.startsWith('step_figures'))).toEqual([]);
});
