import { expect, test } from 'vitest';
import { namesIt, scopeTest } from './goal-scope.ts';
import { routeGoal } from './goal-routing.ts';
import type { Specialist } from './specialist.ts';

const specialist = (name: string, ...words: readonly string[]): Specialist => ({
  name,
  title: name,
  purpose: '',
  taskType: name,
  words,
  tools: [],
  actions: [],
  budget: { tokens: 1, toolCalls: 1, timeMs: 1, costMicros: 1 },
  autonomyLevel: 0,
  prompt: '',
});
const all = [specialist('drift', 'drift'), specialist('patch', 'patch', 'cve'), specialist('cost', 'cost')];

test.each([
  ['Fix drift on production web servers', 'drift'],
  ['Patching: the CVE of last week, drift or not', 'patch'],
  ['The cost of patches', 'cost'],
  ['Say hello', undefined],
  ['A costume', 'cost'],
])('%s goes to %s', (goal, name) => {
  expect(routeGoal(goal, all)?.name).toBe(name);
});

test.each([
  ['Scale web-01 to 3', 'web-01', true],
  ['Scale web-011 to 3', 'web-01', false],
  ['Scale my-web-01', 'web-01', false],
  ['Scale shop/web-01.', 'web-01', true],
  ['Scale WEB-01', 'web-01', true],
  ['anything', '', false],
])('%s names %s: %s', (text, name, is) => {
  expect(namesIt(text, name)).toBe(is);
});

test('a target is asked for as a whole: named, or a row that was found, never pieces of several', () => {
  const isInScope = scopeTest({
    text: 'Restart the web servers; also api in shop',
    rows: [{ id: 'live/shop/web-01', tags: { owner: 'team-web' } }, { id: 'live/bank/web-02' }],
    places: [{ kind: 'cluster', name: 'live' }],
  });
  expect(isInScope(['live', 'shop', 'web-01'])).toBe(true);
  expect(isInScope(['live', 'bank', 'web-02'])).toBe(true);
  expect(isInScope(['live', 'shop', 'api'])).toBe(true);
  expect(isInScope(['live', 'bank', 'web-01'])).toBe(false);
  expect(isInScope(['live', 'bank', 'api'])).toBe(false);
  expect(isInScope(['live'])).toBe(true);
  expect(isInScope(['other', 'shop', 'web-01'])).toBe(false);
  expect(isInScope([])).toBe(false);
  expect(isInScope(['live', 'shop', { $from: 'x', pointer: '/y' }])).toBe(false);
});
