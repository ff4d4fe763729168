import { expect, test } from 'vitest';
import { seesMore, sightOf, sightOfAgent, wholeTenant, type AgentTerms, type Viewer } from './sight.ts';

const agent: Viewer = { id: 'agent', tenantId: 'tenant', type: 'AGENT', ownerId: 'owner' };

test('an agent of which nobody said more sees its own', () => {
  const own = { tenantId: 'tenant', only: { submitterId: 'agent', ownerId: null } };
  expect(sightOf(agent)).toEqual(own);
  expect(sightOf({ ...agent, sees: 'OWN' })).toEqual(own);
});

test('what is shared among those of one owner is theirs', () => {
  expect(sightOf({ ...agent, sees: 'OWNER' }).only).toEqual({ submitterId: 'agent', ownerId: 'owner' });
});

test.each([
  { ...agent, sees: 'TENANT' },
  { ...agent, type: 'HUMAN' },
  { ...agent, type: 'SERVICE' },
] as const)('a $type that sees $sees sees all of its tenant', (viewer) => {
  expect(sightOf(viewer)).toEqual(wholeTenant('tenant'));
});

const terms = (see: AgentTerms['see'], named: AgentTerms['named'] = {}): AgentTerms => ({ see, named });

test('what policy says of one by its name goes before what it says of all', () => {
  const some = terms('OWN', { watcher: 'TENANT' });
  expect(sightOfAgent(some, { name: 'watcher' })).toBe('TENANT');
  expect(['builder', 'constructor'].map((name) => sightOfAgent(some, { name }))).toEqual(['OWN', 'OWN']);
});

test.each([
  [terms('OWN'), terms('OWN'), false],
  [terms('OWN'), terms('OWNER'), true],
  [terms('TENANT'), terms('OWN'), false],
  [terms('OWN'), terms('OWN', { watcher: 'OWNER' }), true],
  [terms('TENANT', { builder: 'OWN' }), terms('TENANT'), true],
  [terms('TENANT'), terms('OWN', { watcher: 'TENANT' }), false],
])('whether any sees more after a change', (before, after, isMore) => {
  expect(seesMore(before, after)).toBe(isMore);
});
