// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { titleParts } from './approval-list.ts';

describe('titleParts', () => {
  it('sets the branch apart from what a narrow row may cut', () => {
    expect(titleParts('Commit "a to b of c.txt" to "main" of "demo"')).toEqual([
      'Commit "a to b of c.txt"',
      ' to "main"',
      ' of "demo"',
    ]);
    expect(titleParts('Delete 2 files from "tidy" of "demo", a new branch from "main"')).toEqual([
      'Delete 2 files',
      ' from "tidy"',
      ' of "demo", a new branch from "main"',
    ]);
  });

  it.each(['Send POST to 127.0.0.1/tickets', 'Add a greeting', ''])('leaves %o whole', (title) => {
    expect(titleParts(title)).toEqual([title]);
  });
});
