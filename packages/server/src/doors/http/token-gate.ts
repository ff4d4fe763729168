import { createHash, timingSafeEqual } from 'node:crypto';

interface Asked {
  readonly headers: { readonly authorization?: string | undefined };
}

/** One token of the configuration that programs bring as `Authorization: Bearer …`. */
export interface TokenGate {
  /** Whether there is a token at all. */
  readonly isShut: boolean;
  /** Whether a request brings some token, right or wrong. */
  isTried(request: Asked): boolean;
  /** Whether it brings the right one; never where there is none. */
  isOpened(request: Asked): boolean;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export const createTokenGate = (token: string | null): TokenGate => {
  const right = token === null ? null : digest(`Bearer ${token}`);
  return {
    isShut: right !== null,
    isTried: ({ headers: { authorization } }) => right !== null && authorization !== undefined,
    isOpened: ({ headers: { authorization } }) =>
      right !== null && authorization !== undefined && timingSafeEqual(digest(authorization), right),
  };
};
