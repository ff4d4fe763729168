import { expect, it } from 'vitest';
import { slackFailureOf } from './slack-error.ts';

const limited = (headers: Readonly<Record<string, string>>) =>
  slackFailureOf(
    { status: 200, headers, body: Buffer.from('{"ok":false,"error":"ratelimited"}') } as never,
    false,
  );

it.each([
  ['a number of seconds', { 'retry-after': '30' }, 30_000],
  [
    'a time, by its own clock',
    { 'retry-after': 'Fri, 01 Jan 2021 00:00:30 GMT', date: 'Fri, 01 Jan 2021 00:00:00 GMT' },
    30_000,
  ],
  ['a time that is over', { 'retry-after': 'Fri, 01 Jan 2021 00:00:30 GMT' }, 0],
  ['nothing', {}, null],
])('a limit is waited for as long as Slack says: %s', (_what, headers, retryAfterMs) => {
  expect(limited(headers)).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', effect: 'NONE', retryAfterMs });
});
