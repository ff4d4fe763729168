import { stopScopes } from '@countersign/shared';
import { expect, test } from 'vitest';
import { fullOfStops } from './engage.ts';

test('there is an end to switches, and behind many narrow ones there is room for a wide one', () => {
  const mayBe = (engaged: number) =>
    stopScopes.filter((kind) => fullOfStops(engaged, { kind, value: null }) === null);
  expect(mayBe(79)).toEqual(stopScopes);
  expect(mayBe(80).toSorted()).toEqual(['GLOBAL', 'TENANT']);
  expect(mayBe(100)).toEqual([]);
  const refusal = fullOfStops(80, { kind: 'PLATFORM', value: 'git' });
  expect(refusal).toMatchObject({ code: 'NOT_IN_THIS_STATE', message: expect.stringContaining('TENANT') });
});
