import { expect, test } from 'vitest';
import { groupsAfter, personOf } from './issuer-claims.ts';
import { isMeant } from './service-tokens.ts';

const meaning = {
  nameClaim: 'email',
  groupsClaim: 'groups',
  roles: { ops: ['OPERATOR', 'VIEWER'], sre: ['APPROVER', 'VIEWER'] },
  groups: { sre: 'on-call', leads: 'leads' },
} as const;

test.each([
  [
    'two groups',
    { sub: 's', email: ' ann ', groups: ['sre', 'ops'] },
    { name: 'ann', roles: ['APPROVER', 'OPERATOR', 'VIEWER'], groups: ['on-call'] },
  ],
  [
    'one group as text',
    { sub: 's', email: 'ann', groups: 'ops' },
    { roles: ['OPERATOR', 'VIEWER'], groups: [] },
  ],
  ['no groups', { sub: 's', email: 'ann' }, { roles: [], groups: [] }],
  [
    'groups that are names of every object',
    { sub: 's', email: 'ann', groups: ['constructor', '__proto__'] },
    { roles: [], groups: [] },
  ],
  ['groups that are no text', { sub: 's', email: 'ann', groups: [{ sre: 1 }, 7, null] }, { roles: [] }],
  ['a name that nobody can see', { sub: 's', email: 'an\u200bn', groups: ['sre'] }, { name: null }],
  ['a name that is no text', { sub: 's', email: 7 }, { name: null }],
])('%s', (_what, claims, expected) => {
  expect(personOf(meaning, claims)).toMatchObject(expected);
});

test.each([{}, { sub: '' }, { sub: 7 }, { sub: 'x'.repeat(256) }])('nobody is named by %j', (claims) => {
  expect(personOf(meaning, claims)).toBeNull();
});

test('groups that the issuer says nothing about stay', () => {
  expect(groupsAfter(meaning, ['board', 'leads', 'on-call'], ['on-call'])).toEqual(['board', 'on-call']);
});

test.each([
  [{ sub: 'repo:site:main' }, { sub: 'repo:site:main' }, true],
  [{ sub: 'repo:site:*' }, { sub: 'repo:site:main' }, true],
  [{ sub: 'repo:site:*' }, { sub: 'repo:other:main' }, false],
  [{ sub: 'a', env: 'main' }, { sub: 'a' }, false],
  [{ aud: 'b' }, { aud: ['a', 'b'] }, true],
  [{ constructor: '*' }, {}, false],
  [{ n: '1' }, { n: 1 }, false],
])('a rule %j and claims %j: %s', (claims, given, expected) => {
  expect(isMeant({ claims, principal: 'x' }, given)).toBe(expected);
});
