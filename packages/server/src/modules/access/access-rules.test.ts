import { principalTypes } from '@countersign/shared';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../domain/principal.ts';
import { apiKeyFaults, decidesInOf, principalFaults, tidyName, type PrincipalInput } from './access-rules.ts';
import { ofTheMachine } from '../../../testing/signed-in.ts';

const person: Principal = {
  ...ofTheMachine,
  id: '019aa4e2-0000-7000-8000-000000000001',
  tenantId: '019aa4e2-0000-7000-8000-000000000002',
  type: 'HUMAN',
  name: 'Ada',
  roles: ['APPROVER'],
};
const agent: PrincipalInput = { type: 'AGENT', name: 'deployer', roles: ['SUBMITTER'], ownerId: person.id };
const around = { owner: person, isNameTaken: false };

const pathsOf = (input: PrincipalInput, surroundings: Parameters<typeof principalFaults>[1] = around) =>
  principalFaults(input, surroundings).map(({ path }) => path);

describe('a new principal', () => {
  it.each([
    agent,
    { type: 'HUMAN', name: 'Ada Lovelace', roles: ['ADMIN', 'APPROVER', 'OPERATOR'] },
    { ...agent, type: 'SERVICE', name: 'terraform', roles: ['OPERATOR'] },
    { ...agent, name: 'x'.repeat(100) },
    { ...agent, name: '  Zoë 東京  ' },
  ] satisfies PrincipalInput[])('may be %j', (input) => {
    expect(pathsOf(input)).toEqual([]);
  });

  it.each(['AGENT', 'SERVICE'] as const)('that is an %s has somebody who answers for it', (type) => {
    for (const ownerId of [null, undefined])
      expect(pathsOf({ ...agent, type, ownerId })).toEqual(['ownerId']);
  });

  it.each(['', '   ', 'x'.repeat(101), 'a\u0000b', 'a\u202Eb', 'a\u200Bb', 'a\ud800', 'a\nb', '\u3164'])(
    'cannot be called %j',
    (name) => {
      expect(pathsOf({ ...agent, name })).toEqual(['name']);
    },
  );

  it('needs a role', () => {
    expect(pathsOf({ ...agent, roles: [] })).toEqual(['roles']);
  });

  it('approves and administers only as a person', () => {
    const allowed = principalTypes.map((type) => [
      type,
      (['APPROVER', 'ADMIN'] as const).filter(
        (role) =>
          pathsOf({ ...agent, type, roles: [role], ownerId: type === 'HUMAN' ? null : person.id }).length ===
          0,
      ),
    ]);
    expect(allowed).toEqual([
      ['HUMAN', ['APPROVER', 'ADMIN']],
      ['AGENT', []],
      ['SERVICE', []],
    ]);
  });

  it('has an owner who is there, is a person, and is somebody else', () => {
    const owned = { ...agent, ownerId: person.id };
    expect(pathsOf(owned, { ...around, owner: null })).toEqual(['ownerId']);
    expect(pathsOf(owned, { ...around, owner: { ...person, type: 'AGENT' } })).toEqual(['ownerId']);
    expect(pathsOf({ ...owned, type: 'HUMAN' }, { ...around, owner: person })).toEqual(['ownerId']);
  });

  it('hears of every fault at once', () => {
    const input: PrincipalInput = {
      type: 'AGENT',
      name: '',
      roles: ['SUBMITTER', 'APPROVER', 'ADMIN'],
      ownerId: 'nobody',
    };
    expect(pathsOf(input, { ...around, owner: null })).toEqual(['name', 'roles[1]', 'roles[2]', 'ownerId']);
    expect(pathsOf(agent, { ...around, isNameTaken: true })).toEqual(['name']);
  });
});

describe('a name', () => {
  it('has one spelling for what looks the same', () => {
    expect(tidyName(' Zoe\u0308 ')).toBe('Zo\u00eb');
  });
});

describe('a new API key', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const key = { principalId: person.id, name: 'laptop' };
  const pathsOfKey = (more: object) =>
    apiKeyFaults({ ...key, ...more }, 'HUMAN', now).map(({ path }) => path);

  it('may expire later, or never', () => {
    expect(pathsOfKey({})).toEqual([]);
    expect(pathsOfKey({ expiresAt: null })).toEqual([]);
    expect(pathsOfKey({ expiresAt: new Date('2026-11-21T12:00:00.001Z') })).toEqual([]);
  });

  it.each([
    new Date('2026-11-21T12:00:00Z'),
    new Date('1970-01-01'),
    new Date(Number.NaN),
    new Date(8.64e15),
  ])('cannot expire at %s', (expiresAt) => {
    expect(pathsOfKey({ expiresAt })).toEqual(['expiresAt']);
  });

  it('decides where it is said, for a person alone, and not in production where nothing is said', () => {
    expect(decidesInOf(key, 'HUMAN')).toEqual(['DEVELOPMENT', 'STAGING']);
    expect(decidesInOf({ ...key, decidesIn: [] }, 'HUMAN')).toEqual([]);
    expect(decidesInOf({ ...key, decidesIn: ['PRODUCTION', 'PRODUCTION'] }, 'HUMAN')).toEqual(['PRODUCTION']);
    for (const type of ['AGENT', 'SERVICE'] as const) {
      expect(decidesInOf(key, type)).toEqual([]);
      expect(apiKeyFaults({ ...key, decidesIn: ['STAGING'] }, type, now)).toMatchObject([
        { path: 'decidesIn' },
      ]);
      expect(apiKeyFaults({ ...key, decidesIn: [] }, type, now)).toEqual([]);
    }
  });

  it('hears of every fault at once', () => {
    expect(pathsOfKey({ name: ' ', expiresAt: now })).toEqual(['name', 'expiresAt']);
  });
});
