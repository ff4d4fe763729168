import { createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, exportJWK, SignJWT, type JWK } from 'jose';

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A key of the kind that an algorithm takes, which nobody has heard of. */
const strangersKey = (algorithm: string): KeyObject =>
  algorithm === 'EdDSA'
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

const signed = (header: object, claims: object, key: KeyObject): string => {
  const text = `${encoded(header)}.${encoded(claims)}`;
  const isEdwards = key.asymmetricKeyType === 'ed25519';
  const given = isEdwards ? key : { key, dsaEncoding: 'ieee-p1363' as const };
  return `${text}.${sign(isEdwards ? null : 'sha256', Buffer.from(text), given).toString('base64url')}`;
};

/**
 * What must open nothing, made of a token that would (JSON Web Token, compact): without a signature, with one of another
 * algorithm, key or text, with a key of its own, and for somebody, some tenant or some time else. By what is wrong.
 */
export const forgedTokens = async (
  token: string,
  publicKey: JWK | null = null,
): Promise<Readonly<Record<string, string>>> => {
  const [head = '', body = '', signature = ''] = token.split('.');
  const { alg = '', ...rest } = decodeProtectedHeader(token);
  const claims = decodeJwt(token);
  const header = { ...rest, alg };
  const key = strangersKey(alg);
  const jwk = await exportJWK(createPublicKey(key));
  const secrets = publicKey
    ? [Buffer.from(JSON.stringify(publicKey)), Buffer.from(publicKey.x ?? '', 'base64url')]
    : [Buffer.from('x'.repeat(32))];
  const shared = await Promise.all(
    secrets.map((secret) => new SignJWT(claims).setProtectedHeader({ ...rest, alg: 'HS256' }).sign(secret)),
  );
  const altered = (more: object): string => `${head}.${encoded({ ...claims, ...more })}.${signature}`;
  return {
    'no token': '',
    'a word': 'x',
    'no parts': '..',
    'without a signature': `${head}.${body}.`,
    'of the algorithm none': `${encoded({ ...header, alg: 'none' })}.${body}.`,
    'of the algorithm none, signed': `${encoded({ ...header, alg: 'none' })}.${body}.${signature}`,
    'of the algorithm nOnE': `${encoded({ ...header, alg: 'nOnE' })}.${body}.`,
    ...Object.fromEntries(shared.map((each, at) => [`with what is public as a secret, ${at}`, each])),
    'of another key': signed(header, claims, key),
    'with a key of its own': signed({ ...header, jwk }, claims, key),
    'with the address of a key': signed({ ...header, jku: 'https://evil.example/keys' }, claims, key),
    'with a path for a key': signed({ ...header, kid: '../../../../dev/null' }, claims, key),
    'with a header that nobody understands': signed({ ...header, crit: ['tid'], tid: 'x' }, claims, key),
    'for another person': altered({ sub: randomUUID() }),
    'for another tenant': altered({ tid: randomUUID() }),
    'for another time': altered({ exp: 9_999_999_999 }),
    'with the signature of another text': `${head}.${encoded({ ...claims, jti: randomUUID() })}.${signature}`,
    'with another header': `${encoded({ ...header, typ: 'other+jwt' })}.${body}.${signature}`,
    'longer than it was': `${token}x`,
    'in another encoding': `${head}.${body}.${Buffer.from(signature, 'base64url').toString('hex')}`,
  };
};
