import { describe, expect, it } from 'vitest';
import { keptBy, type Lock } from './locks-data.ts';

const party = { taskId: 'a', since: '2026-07-01T10:00:00.000Z' };
const lock = (name: string, isHeld: boolean): Lock => ({
  name,
  holder: isHeld ? party : null,
  waiting: isHeld ? [] : [party],
});
const all = [
  lock('git:demo', false),
  lock('git:demo/main', true),
  lock('git:demo/main/docs', false),
  lock('git:demo/main-2', true),
  lock('git:demo/next', false),
];
const namesOf = (name: string): string[] => keptBy(lock(name, false), all).map(({ name: other }) => other);

describe('keptBy', () => {
  it('finds who has all that a thing lies in', () => {
    expect(namesOf('git:demo/main/docs')).toEqual(['git:demo/main']);
  });

  it('finds who has a part of it', () => {
    expect(namesOf('git:demo')).toEqual(['git:demo/main', 'git:demo/main-2']);
  });

  it('finds nobody by a name that only begins alike, or that nobody has', () => {
    expect(namesOf('git:demo/main')).toEqual([]);
    expect(namesOf('git:demo/next/docs')).toEqual([]);
  });
});
