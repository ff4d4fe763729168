import { expect, it } from 'vitest';
import { namedLike } from './named-like.ts';

it.each([
  ['Release bot', '', true],
  ['Release bot', '  ', true],
  ['Release bot', 'BOT', true],
  ['Release bot', 'bot rel', true],
  ['Release bot', 'bots', false],
  ['a.*b', '.*', true],
  ['axxb', '.*', false],
])('%j is found by %j: %j', (name, search, isFound) => {
  expect(namedLike(name, search)).toBe(isFound);
});
