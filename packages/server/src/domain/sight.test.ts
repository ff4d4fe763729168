import { expect, test } from 'vitest';
import { seesMore, sightOf, sightOfProgram, wholeTenant, type SightTerms, type Viewer } from './sight.ts';

const agent: Viewer = { id: 'agent', tenantId: 'tenant', type: 'AGENT', ownerId: 'owner' };

test.each(['AGENT', 'SERVICE'] as const)('an %s of which nobody said more sees its own', (type) => {
  const own = { tenantId: 'tenant', only: { submitterId: 'agent', ownerId: null } };
  expect(sightOf({ ...agent, type })).toEqual(own);
  expect(sightOf({ ...agent, type, sees: 'OWN' })).toEqual(own);
});

test('what is shared among those of one owner is theirs', () => {
  expect(sightOf({ ...agent, sees: 'OWNER' }).only).toEqual({ submitterId: 'agent', ownerId: 'owner' });
});

test.each([
  { ...agent, sees: 'TENANT' },
  { ...agent, type: 'HUMAN' },
  { ...agent, type: 'SERVICE', sees: 'TENANT' },
] as const)('a $type that sees $sees sees all of its tenant', (viewer) => {
  expect(sightOf(viewer)).toEqual(wholeTenant('tenant'));
});

const terms = (see: SightTerms['see'], named: SightTerms['named'] = {}): SightTerms => ({ see, named });

test('what policy says of one by its name goes before what it says of all of its kind', () => {
  const some = { agents: terms('OWN', { watcher: 'TENANT' }), services: terms('OWNER', { builder: 'OWN' }) };
  const sightsOf = (type: 'AGENT' | 'SERVICE') =>
    ['watcher', 'builder', 'constructor'].map((name) => sightOfProgram(some, { type, name }));
  expect(sightsOf('AGENT')).toEqual(['TENANT', 'OWN', 'OWN']);
  expect(sightsOf('SERVICE')).toEqual(['OWNER', 'OWN', 'OWNER']);
  expect(sightOfProgram(some, { type: 'HUMAN', name: 'watcher' })).toBeUndefined();
});

test.each([
  [terms('OWN'), terms('OWN'), false],
  [terms('OWN'), terms('OWNER'), true],
  [terms('TENANT'), terms('OWN'), false],
  [terms('OWN'), terms('OWN', { watcher: 'OWNER' }), true],
  [terms('TENANT', { builder: 'OWN' }), terms('TENANT'), true],
  [terms('TENANT'), terms('OWN', { watcher: 'TENANT' }), false],
])('whether any sees more after a change', (before, after, isMore) => {
  const none = terms('OWN');
  expect(seesMore({ agents: before, services: none }, { agents: after, services: none })).toBe(isMore);
  expect(seesMore({ agents: none, services: before }, { agents: none, services: after })).toBe(isMore);
});
