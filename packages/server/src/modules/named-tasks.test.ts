import { expect, test } from 'vitest';
import { namedTasks } from './named-tasks.ts';

const one = '0190a1b2-0000-7000-8000-000000000001';
const other = '0190a1b2-0000-7000-8000-000000000002';

test('a task is found where an input names it', () => {
  expect(namedTasks({ taskId: one })).toEqual([one]);
  expect(namedTasks({ filter: { taskId: one.toUpperCase() } })).toEqual([one]);
  expect(
    namedTasks({ verdict: 'APPROVE', items: [{ taskId: one }, { taskId: other }, { taskId: one }] }),
  ).toEqual([one, other]);
  expect(namedTasks({ approve: [{ taskId: one }] })).toEqual([one]);
});

test('what is no id, and what a platform calls so, is none', () => {
  for (const input of [null, undefined, 'x', { taskId: 'nonsense' }, { taskId: null }, { id: one }])
    expect(namedTasks(input)).toEqual([]);
  expect(namedTasks({ actions: [{ params: { taskId: one } }], context: { taskId: one } })).toEqual([]);
});
