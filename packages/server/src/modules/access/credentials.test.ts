import { describe, expect, it } from 'vitest';
import { hashToken, newApiKeySecret, newToken, presentedSecret } from './credentials.ts';

describe('an API key', () => {
  it('begins with its prefix and carries 256 random bits', () => {
    const { secret, prefix } = newApiKeySecret();
    expect(prefix).toMatch(/^cs_[a-z0-9]{8}$/);
    expect(secret.startsWith(`${prefix}_`)).toBe(true);
    expect(Buffer.from(secret.slice(prefix.length + 1), 'base64url')).toHaveLength(32);
  });

  it('is never made twice', () => {
    const keys = Array.from({ length: 1_000 }, newApiKeySecret);
    expect(new Set(keys.map(({ secret }) => secret)).size).toBe(1_000);
    expect(new Set(keys.map(({ hash }) => hash)).size).toBe(1_000);
  });

  it('is found again by its hash, which tells nothing of it', () => {
    const { secret, hash } = newApiKeySecret();
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(presentedSecret({ authorization: `Bearer ${secret}` })).toEqual({ kind: 'API_KEY', hash });
  });
});

describe('a token', () => {
  it('is for one purpose', () => {
    const link = newToken('SIGN_IN_LINK');
    expect(hashToken('SIGN_IN_LINK', link.secret)).toBe(link.hash);
    expect(hashToken('SESSION', link.secret)).not.toBe(link.hash);
  });

  it.each(['', 'short', `${'a'.repeat(43)}=`, 'a'.repeat(44), `${'a'.repeat(42)}\n`, "' OR true --"])(
    'is not %j',
    (text) => {
      expect(hashToken('SESSION', text)).toBeNull();
    },
  );
});

describe('what a caller presents', () => {
  const key = newApiKeySecret();
  const session = newToken('SESSION');

  it.each([`Bearer ${key.secret}`, `bearer ${key.secret}`, `BEARER   ${key.secret}`])(
    'is a key in %j',
    (authorization) => {
      expect(presentedSecret({ authorization })?.hash).toBe(key.hash);
    },
  );

  it.each([
    '',
    'Bearer',
    'Bearer ',
    key.secret,
    `Basic ${key.secret}`,
    `Bearer ${key.secret}x`,
    `Bearer ${key.secret} x`,
    `Bearer ${key.secret.toUpperCase()}`,
    `Bearer ${key.secret}, Bearer ${key.secret}`,
    `Bearer ${session.secret}`,
  ])('is no key in %j', (authorization) => {
    expect(presentedSecret({ authorization })).toBeNull();
  });

  it('is the session where there is no Authorization header', () => {
    expect(presentedSecret({ sessionToken: session.secret })).toEqual({
      kind: 'SESSION',
      hash: session.hash,
    });
  });

  it('is not the session where the header is wrong', () => {
    expect(presentedSecret({ authorization: 'Bearer cs_wrong', sessionToken: session.secret })).toBeNull();
  });

  it('is nothing where there is nothing', () => {
    expect(presentedSecret({})).toBeNull();
  });
});
