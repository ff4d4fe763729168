// @vitest-environment node
import { expect, it } from 'vitest';
import { usableLanguage } from './usable-language.ts';

it.each([
  [['en-GB', 'de'], 'en-GB'],
  [['en-US@posix', 'de'], 'de'],
  [['en-US@posix', 'c_C', ''], 'en'],
  [[], 'en'],
])('of %j a formatter gets a language that it takes', (languages, expected) => {
  expect(usableLanguage(languages)).toBe(expected);
  expect(new Intl.NumberFormat(usableLanguage(languages)).format(1)).toBe('1');
});
