// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { lastingWords, rollbackWords } from './undo-words.ts';

const reads = { category: 'READ', canBeUndone: false, reversible: false } as const;
const stays = { category: 'WRITE', canBeUndone: false, reversible: false } as const;
const comesBack = { category: 'WRITE', canBeUndone: true, reversible: true } as const;
/** A robot: brought to a safe stop, not to where it was. */
const stops = { category: 'WRITE', canBeUndone: true, reversible: false } as const;

describe('what stays of a step', () => {
  it.each([
    [reads, null],
    [stays, 'cannot be undone'],
    [{ ...stays, reversible: true }, 'cannot be undone'],
    [comesBack, null],
    [stops, 'undoing it brings nothing back'],
  ])('%j: %s', (step, words) => expect(lastingWords(step)).toBe(words));
});

describe('the rollback of a plan', () => {
  it.each([
    [[reads], ['Not needed', 'it only reads']],
    [
      [reads, stays],
      ['None', 'cannot be undone'],
    ],
    [
      [stays, comesBack],
      ['In part', '1 of 2 steps can be undone'],
    ],
    [
      [comesBack, reads],
      ['Possible', 'brings back what was there'],
    ],
    [[stops], ['Possible', 'brings nothing back']],
    [
      [stops, comesBack],
      ['Possible', '1 of 2 steps bring nothing back'],
    ],
  ])('%j: %j', (steps, words) => expect(rollbackWords(steps)).toEqual(words));
});
