import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { usualTimeOf } from '../../../testing/event-loop.ts';
import { gitFailure, gitWords } from './git-words.ts';

test('a name that leaves no room for a branch is no outage; a lock that somebody holds is one', () => {
  const clash =
    "fatal: cannot lock ref 'refs/heads/main/x': 'refs/heads/main' exists; cannot create 'refs/heads/main/x'";
  expect(gitFailure('update-ref', clash, 'NONE')).toMatchObject({
    code: 'PRECONDITION_FAILED',
    retriable: false,
  });
  const held = "fatal: cannot lock ref 'refs/heads/main': Unable to create 'main.lock': File exists.";
  expect(gitFailure('update-ref', held, 'NONE')).toMatchObject({ code: 'SERVICE_DOWN', retriable: true });
});

test('what the other side says is no sign of what git met', () => {
  const words = 'remote: Permission denied by the hook\nfatal: the remote end hung up unexpectedly';
  expect(gitFailure('push', words, 'UNKNOWN')).toMatchObject({ code: 'NETWORK_ERROR', effect: 'UNKNOWN' });
});

describe('words of any length', () => {
  test.each([
    'a',
    'a://',
    'https://user:',
    '://@',
    'repository ',
    "cannot lock ref '",
    'unable to create ',
    'remote: ',
    '\n',
    '\u0000',
  ])('take time in proportion: %j', async (unit) => {
    const output = Buffer.from(unit.repeat(4_000_000 / unit.length));
    const tookMs = await usualTimeOf(() => {
      const words = gitWords(output, ['s3cret-token']);
      gitFailure('push', words, 'UNKNOWN');
      expect(words.length).toBeLessThanOrEqual(8_010);
    });
    expect(tookMs).toBeLessThan(2_000);
  });

  test('hold no secret, nor any part of one, wherever it stands', () => {
    const secret = 'Q7w-Z9k-J4v';
    fc.assert(
      fc.property(fc.nat(9_000), fc.nat(9_000), fc.constantFrom('x', 'x\n', ' '), (before, after, unit) => {
        const words = gitWords(Buffer.from(unit.repeat(before) + secret + unit.repeat(after)), [secret]);
        expect(words).not.toMatch(/Q7|Z9|J4/);
      }),
    );
    expect(gitWords(Buffer.from('fatal: https://user:pass@host/x.git'), [])).toBe(
      'fatal: https://host/x.git',
    );
  });

  test('keep their beginning and their end', () => {
    const words = gitWords(Buffer.from(`first\n${'middle\n'.repeat(100_000)}last`), []);
    expect(words).toMatch(/^first\n[^]*\[…\][^]*last$/);
  });
});
