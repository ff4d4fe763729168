import { useState } from 'react';

const nameOf = (planHash: string): string => `countersign.viewed.${planHash}`;

const read = (planHash: string): ReadonlySet<string> => {
  try {
    return new Set(sessionStorage.getItem(nameOf(planHash))?.split('\n').filter(Boolean));
  } catch {
    return new Set();
  }
};

const write = (planHash: string, keys: ReadonlySet<string>): void => {
  try {
    sessionStorage.setItem(nameOf(planHash), [...keys].join('\n'));
  } catch {
    // Storage may be blocked; the ticks then last as long as the page.
  }
};

/** How far a long change was read: so many of its lines have been on screen. */
export interface ReadSoFar {
  readonly lines: number;
  /** Null until its first part has come. */
  readonly total: number | null;
}

/** Which changes of exactly this plan were ticked as viewed, and how far the long ones were read; another plan starts anew. */
export const useViewedChanges = (planHash: string) => {
  const [state, setState] = useState(() => ({ planHash, keys: read(planHash) }));
  const keys = state.planHash === planHash ? state.keys : read(planHash);
  const change = (alter: (next: Set<string>) => void): void =>
    setState((known) => {
      const next = new Set(known.planHash === planHash ? known.keys : read(planHash));
      alter(next);
      write(planHash, next);
      return { planHash, keys: next };
    });
  return {
    isViewed: (key: string): boolean => keys.has(key),
    setViewed: (key: string, isViewed: boolean): void =>
      change((next) => void (isViewed ? next.add(key) : next.delete(key))),
    readSoFar(key: string): ReadSoFar {
      const parts = [...keys].filter((each) => each.startsWith(`${key}#`)).map((each) => each.split('#')[1]);
      const [furthest = ''] = parts.toSorted((a, b) => Number.parseInt(b ?? '') - Number.parseInt(a ?? ''));
      const [lines = 0, total = null] = furthest === '' ? [] : furthest.split('/').map(Number);
      return { lines, total };
    },
    setReadTo: (key: string, lines: number, total: number): void =>
      change((next) => void next.add(`${key}#${lines}/${total}`)),
  };
};

export type ViewedChanges = ReturnType<typeof useViewedChanges>;
