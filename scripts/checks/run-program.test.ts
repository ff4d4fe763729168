import { expect, test } from 'vitest';
import { runProgram } from './run-program.ts';

test('a program that somebody else ends says so, and one that meets its limit says that', async () => {
  const killed = await runProgram('-e', ["process.kill(process.pid, 'SIGKILL')"]);
  expect(killed).toMatchObject({ exitCode: 1, output: expect.stringContaining('not by its limit') });
  const hanging = await runProgram('-e', ['setInterval(() => {}, 1_000)'], { limitMs: 500, givesWay: true });
  expect(hanging.exitCode).toBe(1);
  expect(hanging.output).toMatch(/Ended after [\d.]+ minutes, its limit\.$/);
});
