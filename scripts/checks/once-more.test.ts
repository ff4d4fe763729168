import { expect, test } from 'vitest';
import type { Check, CheckResult } from './list.ts';
import { runFailedOnceMore } from './once-more.ts';
import type { TestResult } from './test-reports.ts';

const result = (...tests: readonly TestResult[]): CheckResult => ({
  exitCode: tests.some(({ outcome }) => outcome === 'FAILED') ? 1 : 0,
  output: '',
  isKilled: false,
  report: { tests, errors: [] },
});
const passed = (file: string, name: string): TestResult => ({ file, name, outcome: 'PASSED', why: '' });
const failed = (file: string, name: string): TestResult => ({ file, name, outcome: 'FAILED', why: 'late' });
const triedAgain = (file: string, name: string): TestResult => ({
  ...{ file, name, why: 'late' },
  outcome: 'PASSED_WHEN_TRIED_AGAIN',
});

/** A check of tests that came to `first`; which files it was asked for since, and what these come to. */
const ofTests = (first: CheckResult, second: CheckResult = result()) => {
  const asked: (readonly string[])[] = [];
  const check: Check = {
    name: 'tests',
    run: () => Promise.resolve(first),
    runFiles: (files) => {
      asked.push(files);
      return Promise.resolve(second);
    },
  };
  return { check, result: first, asked };
};
const onceMore = async (...ended: Parameters<typeof runFailedOnceMore>[0]) =>
  (await runFailedOnceMore(ended, (_name, run) => run())).map((each) => each.result);

test('files of failed tests are run once more, and what they come to then counts', async () => {
  const first = result(
    passed('a', '1'),
    passed('b', '1'),
    failed('b', '2'),
    failed('c', '1'),
    failed('c', '2'),
  );
  const second = result(passed('b', '1'), passed('b', '2'), passed('c', '1'), failed('c', '2'));
  const tests = ofTests(first, second);
  const [both] = await onceMore(ofTests(result(passed('z', '1'))), tests);
  expect(tests.asked).toEqual([['b', 'c']]);
  expect(both?.exitCode).toBe(1);
  expect(new Set(both?.report?.tests)).toEqual(
    new Set([
      passed('a', '1'),
      passed('b', '1'),
      triedAgain('b', '2'),
      triedAgain('c', '1'),
      failed('c', '2'),
    ]),
  );
});

test('of two tests of one name each has to pass', async () => {
  const first = result(failed('a', '1'), passed('a', '1'));
  const [wellNow] = await onceMore(ofTests(first, result(passed('a', '1'), passed('a', '1'))));
  expect(wellNow).toMatchObject({
    exitCode: 0,
    report: { tests: [triedAgain('a', '1'), triedAgain('a', '1')] },
  });
  const [other] = await onceMore(ofTests(first, result(passed('a', '1'), failed('a', '1'))));
  expect(other).toMatchObject({ exitCode: 1, report: { tests: [triedAgain('a', '1'), failed('a', '1')] } });
});

test('a run in which everything passes then has passed, and tells what did not at once', async () => {
  const first = result(passed('a', '1'), triedAgain('b', '1'), failed('b', 'before or after its tests'));
  const [both] = await onceMore(ofTests(first, result(passed('b', '1'))));
  expect(both?.exitCode).toBe(0);
  expect(both?.report?.tests).toEqual([
    passed('a', '1'),
    triedAgain('b', 'before or after its tests'),
    triedAgain('b', '1'),
  ]);
});

test('what the second run tells nothing of has failed as before', async () => {
  const first = result(failed('a', '1'), failed('b', '1'));
  const [partly] = await onceMore(ofTests(first, result(passed('a', '1'))));
  expect(partly).toMatchObject({ exitCode: 1, report: { tests: [failed('b', '1'), triedAgain('a', '1')] } });
  const [vanished] = await onceMore(ofTests(result(failed('a', '1')), result(passed('a', '2'))));
  expect(vanished).toMatchObject({ exitCode: 1, report: { tests: [failed('a', '1'), passed('a', '2')] } });
  const died = { exitCode: 1, output: 'out of memory', isKilled: true };
  const [none] = await onceMore(ofTests(first, died));
  expect(none).toMatchObject({ exitCode: 1, report: { tests: first.report?.tests } });
});

const all = (count: number) => Array.from({ length: count }, (_, index) => failed(`${index}`, 'x'));
const one = result(failed('a', '1'));

test.each<[string, CheckResult, CheckResult]>([
  ['a static check failed as well', one, { exitCode: 1, output: 'a type is wrong', isKilled: false }],
  ['a run of tests gave no report', one, { exitCode: 1, output: 'no memory', isKilled: true }],
  ['a run of tests was ended', { ...one, isKilled: true }, result()],
  ['something failed that is no test', { ...one, report: { tests: all(1), errors: ['uncaught'] } }, result()],
  ['more failed than a few files', result(...all(5)), result(...all(4))],
])('nothing is run once more where %s', async (_title, first, other) => {
  const tests = ofTests(first);
  expect(await onceMore(tests, ofTests(other))).toEqual([]);
  expect(tests.asked).toEqual([]);
});

test('a few files over all checks are run once more', async () => {
  const [tests, others] = [ofTests(result(...all(5))), ofTests(result(...all(3)))];
  await onceMore(tests, others);
  expect([tests.asked.flat(), others.asked.flat()].map(({ length }) => length)).toEqual([5, 3]);
});
