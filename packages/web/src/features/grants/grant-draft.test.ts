import { describe, expect, test } from 'vitest';
import { filled, inDays, orderOf } from './grant-draft.ts';

const terms = {
  mostUses: 100,
  longestDays: 30,
  offeredAfter: 3,
  viewerCanGrant: true,
  places: [{ environment: 'STAGING' as const, people: 1 }],
};
const now = Date.UTC(2026, 0, 1);

describe('a grant that is made in the console', () => {
  test('is filled in where it was offered', () => {
    const offer = {
      actionType: 'http.request@1',
      agentId: 'agent',
      agent: null,
      environment: 'STAGING' as const,
      target: 'shop@*',
      maxRisk: 'MEDIUM' as const,
      uses: 20,
      expiresAt: new Date(now + 7 * 86_400_000).toISOString(),
      approvals: 3,
    };
    const draft = filled(offer, terms, now);
    expect(draft).toMatchObject({ target: 'shop@*', uses: '20', days: '7', maxRisk: 'MEDIUM' });
    expect(orderOf(draft, now)).toMatchObject({
      agentId: 'agent',
      uses: 20,
      expiresAt: '2026-01-07T23:59:59.000Z',
    });
  });

  test.each([{ target: ' ' }, { reason: '' }, { actionType: null }, { agentId: null }, { uses: 'many' }])(
    'is not sent with %j',
    (parts) => {
      const whole = {
        ...filled(null, terms, now),
        actionType: 'a@1',
        agentId: 'agent',
        target: 'x',
        reason: 'y',
      };
      expect(orderOf(whole, now)).not.toBeNull();
      expect(orderOf({ ...whole, ...parts }, now)).toBeNull();
    },
  );

  test('holds no longer than policy allows', () => {
    expect(inDays({ longestDays: 3 }).map(({ value }) => value)).toEqual(['1', '3']);
  });
});
