import { expect, test } from 'vitest';
import { outgoingFilterFaults } from './outgoing-filter.ts';

test.each([
  [{ types: [] }, ['types: name at least one event']],
  [{ types: ['action:complete'] }, ['types[0]: there is no such event; did you mean "action:completed"?']],
  [{ types: ['action:failed'], platforms: ['git'] }, []],
  [{ platforms: ['git', 'gitt'] }, ['platforms[1]: there is no such platform; did you mean "git"?']],
  [{ platforms: ['zzzzzz'] }, ['platforms[0]: there is no such platform; there are git, http']],
  [{}, []],
])('of %j nothing is followed that never comes', (filter, faults) => {
  expect(
    outgoingFilterFaults(filter, ['git', 'http']).map(({ path, message }) => `${path}: ${message}`),
  ).toEqual(faults);
});
