import { expect, test } from 'vitest';
import { installed } from './installed.ts';
import { platformConfig } from './settings.ts';

test('no two platforms bring the same key', () => {
  const keys = installed.flatMap(({ config }) => Object.keys(config));
  expect(keys).toEqual([...new Set(keys)]);
  expect(Object.keys(platformConfig).toSorted()).toEqual(keys.toSorted());
});
