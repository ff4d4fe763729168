import { describe, expect, it } from 'vitest';
import { askLevel, autonomyOf, levelOf, type AutonomyAsk, type StandingWord } from './autonomy.ts';

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

describe('a word on how much runs without a person', () => {
  const asks = (reviewerId: string, parts: Partial<AutonomyAsk> = {}): AutonomyAsk => ({
    environment: 'PRODUCTION',
    agentId: null,
    level: 2,
    reason: 'It did well.',
    reviewerId,
    handIds: [],
    makerIds: [],
    by: reviewerId,
    at: '2026-11-28T00:00:00.000Z',
    ...parts,
  });
  const inProduction = (level: number, agentId: string | null = null) =>
    word({ environment: 'PRODUCTION', level, agentId });
  const staging = { environment: 'STAGING' } as const;

  it.each<[string, AutonomyAsk, StandingWord[], AutonomyAsk[], string]>([
    ['raises staging alone', asks('ada', { ...staging, level: 4 }), [], [], 'SET'],
    ['lowers production alone', asks('ada', { level: 0 }), [inProduction(3)], [], 'SET'],
    ['says again what holds', asks('ada', { level: 2 }), [inProduction(2)], [], 'SET'],
    ['raises production, the first', asks('ada'), [], [], 'ASKED'],
    ['raises what is above 0 already', asks('ada', { level: 4 }), [inProduction(3)], [], 'ASKED'],
    ['raises an agent there', asks('ada', { agentId: 'agent' }), [], [], 'ASKED'],
    ['no more than everybody has', asks('ada', { agentId: 'agent' }), [inProduction(2)], [], 'SET'],
    ['raises by taking back', asks('ada', { level: null }), [inProduction(0)], [], 'ASKED'],
    [
      "raises by taking back an agent's own",
      asks('ada', { agentId: 'agent', level: null }),
      [inProduction(3), inProduction(0, 'agent')],
      [],
      'ASKED',
    ],
    ['says what another said', asks('ada'), [], [asks('eve')], 'SET'],
    ['says more than another said', asks('ada', { level: 3 }), [], [asks('eve')], 'ASKED'],
    ['says it again', asks('ada'), [], [asks('ada')], 'NOT_ELIGIBLE'],
    [
      'says what their own hand said',
      asks('ada'),
      [],
      [asks('eve', { makerIds: ['ada'], handIds: ['ada'] })],
      'NOT_ELIGIBLE',
    ],
  ])('that %s', (_that, ask, words, before, comesTo) => {
    // The policy lets low risk run there, so that taking a lower word back raises.
    const policyLevel = ask.environment === 'PRODUCTION' && ask.level === null ? 1 : 0;
    const viewer = { type: 'HUMAN', tenantId: 'tenant' } as const;
    const outcome = askLevel(viewer, words, policyLevel, ask, before);
    expect(outcome.ok ? outcome.value.kind : outcome.refusal.code).toBe(comesTo);
  });
});
