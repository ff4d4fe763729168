import { expect, test } from 'vitest';
import { gitFailure } from './git.ts';

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
