import { describe, expect, it } from 'vitest';
import { autonomyOf, levelOf, type StandingWord } from './autonomy.ts';

const word = (parts: Partial<StandingWord> = {}): StandingWord => ({
  tenantId: 'tenant',
  environment: 'STAGING',
  agentId: null,
  level: 1,
  by: 'Ada',
  reason: 'new here',
  at: new Date(0),
  ...parts,
});

describe('autonomy that somebody set', () => {
  it.each<[string, StandingWord[], number | null]>([
    ['nobody', [], null],
    ['everybody', [word()], 1],
    ['the agent alone', [word(), word({ agentId: 'agent', level: 3 })], 3],
    ['another agent', [word({ agentId: 'other', level: 3 })], null],
    ['another environment', [word({ environment: 'PRODUCTION' })], null],
    ['another tenant', [word({ tenantId: 'other' })], null],
  ])('for %s', (_title, words, level) => {
    expect(autonomyOf(words, 'tenant', 'STAGING', 'agent')?.level ?? null).toBe(level);
  });

  it('is told with whose word it is, and is the policy where nobody has said', () => {
    expect(levelOf([], 'tenant', 'STAGING', null, 2)).toMatchObject({ level: 2, source: 'POLICY', by: null });
    expect(levelOf([word()], 'tenant', 'STAGING', 'agent', 2)).toMatchObject({ level: 1, source: 'TENANT' });
    const own = [word(), word({ agentId: 'agent', level: 0 })];
    expect(levelOf(own, 'tenant', 'STAGING', 'agent', 2)).toMatchObject({
      level: 0,
      source: 'AGENT',
      by: 'Ada',
    });
    expect(levelOf(own, 'tenant', 'STAGING', null, 2)).toMatchObject({ level: 1, source: 'TENANT' });
  });
});
