import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { curlWords, shellWord } from './first-task.ts';

/** What a shell hands to curl. */
const wordsOf = (line: string): string[] =>
  execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

test.each(["it's", "'; touch /tmp/never #", '$HOME `id` \\ "', 'a\nb', ''])(
  '%j is one word of a shell',
  (text) => {
    expect(wordsOf(`curl ${shellWord(text)}`)).toEqual([text]);
  },
);

test('a call is the same words on one line and on several', () => {
  const words = curlWords('http://localhost:4000/tasks', [shellWord("x-a: it's")], '{"goal":"Don\'t"}');
  const expected = [
    ...['-s', 'http://localhost:4000/tasks', '-H', 'content-type: application/json'],
    ...['-H', "x-a: it's", '-d', '{"goal":"Don\'t"}'],
  ];
  expect(wordsOf(words.join(' '))).toEqual(expected);
  expect(wordsOf(words.join(' \\\n  '))).toEqual(expected);
});
