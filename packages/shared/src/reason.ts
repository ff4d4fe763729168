import { visibleText } from './visible-text.ts';

const leastCharacters = 10;

/**
 * What a text lacks to be a reason that somebody can act on: so many more visible characters, or words where it has
 * signs alone. Null where it is one. The console says it while a person writes, the server refuses what lacks it.
 */
export const reasonLack = (text: string): { readonly characters: number } | 'WORDS' | null => {
  const visible = visibleText(text);
  if (visible.length < leastCharacters) return { characters: leastCharacters - visible.length };
  return /\p{L}{2}/u.test(visible) ? null : 'WORDS';
};
