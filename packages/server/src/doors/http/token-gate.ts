import { createHash, timingSafeEqual } from 'node:crypto';

interface Asked {
  readonly headers: {
    readonly authorization?: string | undefined;
    readonly 'x-api-key'?: string | string[] | undefined;
  };
}

/** One token of the configuration that programs bring as `Authorization: Bearer …`, or as `X-API-Key`. */
export interface TokenGate {
  /** Whether there is a token at all. */
  readonly isShut: boolean;
  /** Whether a request brings some token, right or wrong. */
  isTried(request: Asked): boolean;
  /** Whether it brings the right one; never where there is none. */
  isOpened(request: Asked): boolean;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const broughtBy = ({ headers: { authorization, 'x-api-key': key } }: Asked): string | undefined =>
  authorization ?? (typeof key === 'string' ? `Bearer ${key}` : undefined);

export const createTokenGate = (token: string | null): TokenGate => {
  const right = token === null ? null : digest(`Bearer ${token}`);
  return {
    isShut: right !== null,
    isTried: (request) => right !== null && broughtBy(request) !== undefined,
    isOpened: (request) => {
      const brought = broughtBy(request);
      return right !== null && brought !== undefined && timingSafeEqual(digest(brought), right);
    },
  };
};
