import { useSyncExternalStore } from 'react';

/** One of a few words that this browser remembers for its user. */
export interface StoredChoice<Word extends string> {
  get(): Word;
  set(word: Word): void;
  subscribe(listener: () => void): () => void;
}

const read = (name: string): string | null => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};

const write = (name: string, word: string): void => {
  try {
    localStorage.setItem(name, word);
  } catch {
    // Storage may be blocked; the choice then lasts as long as the page.
  }
};

/** `otherwise` holds where nothing was chosen, or nothing that is known. */
export const createStoredChoice = <Word extends string>(
  name: string,
  words: readonly Word[],
  otherwise: () => Word,
): StoredChoice<Word> => {
  const listeners = new Set<() => void>();
  const stored = read(name);
  let chosen = words.find((word) => word === stored);
  return {
    get: () => chosen ?? otherwise(),
    set(word) {
      chosen = word;
      write(name, word);
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

export const useStoredChoice = <Word extends string>(choice: StoredChoice<Word>): Word =>
  useSyncExternalStore(choice.subscribe, choice.get);
