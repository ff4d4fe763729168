import { describe, expect, it } from 'vitest';
import { aDocument, aDocumentStep } from '../../testing/domain-samples.ts';
import { isSeenPart, partFaults, partOf } from './part.ts';
import type { ActionRequest } from './task.ts';

const action = (name: string, parts: Partial<ActionRequest> = {}): ActionRequest => ({
  name,
  type: 'noop.run',
  params: {},
  dependsOn: [],
  ...parts,
});
const actions = [
  action('make'),
  action('fill', { dependsOn: ['make'] }),
  action('link', { params: { id: { $from: 'make', pointer: '/id' } } }),
  action('clean'),
];

describe('part of the actions', () => {
  it.each([
    [['make', 'fill', 'link'], []],
    [['clean'], []],
    [['make', 'clean'], []],
    [['fill'], ['"fill" needs "make", which is not kept']],
    [['clean', 'link'], ['"link" needs "make", which is not kept']],
    [[], ['keep at least one; otherwise reject the task']],
    [['make', 'fill', 'link', 'clean'], ['are all of them: approve the task as it is']],
    [['make', 'make', 'nothing'], ['there is no action "nothing"']],
  ])('%j is kept', (names, messages) => {
    expect(partFaults(actions, names).map(({ message }) => message)).toEqual(messages);
  });

  it('is in the order in which they were asked for', () => {
    expect(partOf(actions, ['fill', 'make'])).toMatchObject({
      kept: [{ name: 'make' }, { name: 'fill' }],
      refused: ['link', 'clean'],
    });
  });
});

describe('what was seen of a plan', () => {
  const before = aDocument({
    steps: [aDocumentStep({ name: 'one' }), aDocumentStep({ name: 'two', ordinal: 2 })],
  });
  const after = (parts: Parameters<typeof aDocumentStep>[0]) =>
    aDocument({ revision: 2, steps: [aDocumentStep({ name: 'two', ordinal: 1, ...parts })] });

  it.each([
    ['is the same step elsewhere', after({}), true],
    ['is not one of other params', after({ params: { more: 1 } }), false],
    ['is not one on a target that moved', after({ precondition: 'later' }), false],
    ['is not one that is shown otherwise', after({ shown: 'otherwise' }), false],
    ['is none of another name', after({ name: 'three' }), false],
    ['is none elsewhere', aDocument({ environment: 'PRODUCTION', steps: before.steps }), false],
  ])('%s', (_title, plan, expected) => {
    expect(isSeenPart(before, plan, JSON.stringify)).toBe(expected);
  });
});
