// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { tokenIn } from './session-requests.ts';

describe('tokenIn', () => {
  it.each([
    ['http://localhost:4000/sign-in#token=abcdef123456', 'abcdef123456'],
    ['#token=abc_def-123', 'abc_def-123'],
    ['  abcdef123456\n', 'abcdef123456'],
    ['http://localhost:4000/sign-in#token=a%2Bb%3D12345', 'a+b=12345'],
  ])('finds the token in %o', (pasted, token) => {
    expect(tokenIn(pasted)).toBe(token);
  });

  it.each(['', 'short', 'http://localhost:4000/sign-in', 'two words here'])('finds none in %o', (pasted) => {
    expect(tokenIn(pasted)).toBeNull();
  });
});
