import { expect, test } from 'vitest';
import { aPerson } from '../../testing/domain-samples.ts';
import { bindingFault, dueAt, isWanted, mayDecideOutside, placeOf, type NoticeChoice } from './notice.ts';

const both = { email: 'ann@example.com', slackUserId: 'U0ANN' };
const everywhere = { slack: true, mail: true };
const off = (channel: NoticeChoice['channel']): NoticeChoice => ({
  principalId: 'ann',
  kind: 'APPROVAL',
  channel,
  isOn: false,
});

test('one thing is told at one place, Slack first', () => {
  expect(placeOf(both, [], 'APPROVAL', everywhere)).toEqual({ channel: 'SLACK', place: 'U0ANN' });
  expect(placeOf(both, [off('SLACK')], 'APPROVAL', everywhere)).toEqual({
    channel: 'MAIL',
    place: 'ann@example.com',
  });
  expect(placeOf(both, [off('SLACK')], 'ENDED', everywhere)?.channel).toBe('SLACK');
  expect(placeOf({ ...both, slackUserId: null }, [off('MAIL')], 'APPROVAL', everywhere)).toBeNull();
  expect(placeOf(both, [], 'APPROVAL', { slack: false, mail: false })).toBeNull();
});

test('the browser speaks where it was asked to', () => {
  expect(isWanted([], 'APPROVAL', 'BROWSER')).toBe(false);
  expect(isWanted([{ ...off('BROWSER'), isOn: true }], 'APPROVAL', 'BROWSER')).toBe(true);
});

test.each([
  ['LOW', 'DEVELOPMENT', true],
  ['MEDIUM', 'STAGING', true],
  ['HIGH', 'STAGING', false],
  ['CRITICAL', 'DEVELOPMENT', false],
  ['LOW', 'PRODUCTION', false],
] as const)('%s risk in %s is decided outside: %s', (risk, environment, may) => {
  expect(mayDecideOutside({ risk, environment }, ['DEVELOPMENT', 'STAGING'])).toBe(may);
});

test('what can wait comes together, and nothing else waits', () => {
  const now = new Date('2026-11-27T10:02:00Z');
  expect(dueAt('LOW', now, 900_000)).toEqual(new Date('2026-11-27T10:15:00Z'));
  expect(dueAt('MEDIUM', now, 900_000)).toEqual(now);
  expect(dueAt(null, now, 900_000)).toEqual(now);
  expect(dueAt('LOW', now, 0)).toEqual(now);
});

test('who somebody is in Slack is said by nobody who could be somebody else', () => {
  const ann = aPerson('ann');
  const withKeyOf = (maker: string, handIds: readonly string[] = []) => ({
    ...ann,
    handIds,
    credential: { ...ann.credential, kind: 'API_KEY' as const, handIds: [maker] },
  });
  const byLinkOf = (maker: string) => ({ ...ann, credential: { ...ann.credential, handIds: [maker] } });
  expect(bindingFault(ann, 'ann')).toBeNull();
  expect(bindingFault(byLinkOf('ada'), 'ann')).toBeNull();
  expect(bindingFault({ ...byLinkOf('ada'), handIds: ['ada'] }, 'ann')?.code).toBe('SELF_APPROVAL');
  expect(bindingFault(withKeyOf('ada'), 'ann')?.code).toBe('SELF_APPROVAL');
  expect(bindingFault(withKeyOf('ada'), 'ben')?.code).toBe('SELF_APPROVAL');
  expect(bindingFault(withKeyOf('ann'), 'ann')?.code).toBe('NOT_ELIGIBLE');
  expect(bindingFault(withKeyOf('ann'), 'ben')).toBeNull();
});
