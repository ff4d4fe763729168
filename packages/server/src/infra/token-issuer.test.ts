import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWK, type JWTHeaderParameters } from 'jose';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTokenIssuer } from './token-issuer.ts';
import { UnavailableError } from './unavailable.ts';

const settings = {
  issuer: 'https://id.example',
  audience: 'us',
  jwksUrl: 'https://id.example/keys',
  algorithms: ['ES256'],
  clockToleranceMs: 5_000,
  refetchEveryMs: 30_000,
} as const;

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const world = async () => {
  const made: {
    jwk: JWK;
    sign: (exp: number) => Promise<string>;
    signAll: (claims: Readonly<Record<string, unknown>>) => Promise<string>;
  }[] = [];
  const rotate = async (): Promise<void> => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const kid = `key-${made.length}`;
    const sign = (exp: number): Promise<string> =>
      new SignJWT({ sub: 'ci', exp })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer('https://id.example')
        .setAudience('us')
        .sign(privateKey);
    const signAll = (claims: Readonly<Record<string, unknown>>): Promise<string> =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
    made.unshift({ jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' }, sign, signAll });
  };
  await rotate();
  const fetched = vi.fn(() => Promise.resolve(new Response(JSON.stringify({ keys: [made[0]?.jwk] }))));
  const issuer = createTokenIssuer(settings, fetched, { now: () => new Date() });
  const token = (inSeconds = 60) =>
    made[0]?.sign(Math.floor(Date.now() / 1000) + inSeconds) ?? Promise.reject(new Error('There is no key.'));
  const sign = (claims: Readonly<Record<string, unknown>>): Promise<string> =>
    made[0]?.signAll(claims) ?? Promise.reject(new Error('There is no key.'));
  return { rotate, fetched, issuer, token, sign };
};

test('a key that is not known is looked for once in an interval, and then believed', async () => {
  const { rotate, fetched, issuer, token } = await world();
  expect(await issuer.verify(await token())).toMatchObject({ sub: 'ci' });
  await rotate();
  for (let count = 0; count < 5; count += 1) expect(await issuer.verify(await token())).toBeNull();
  expect(fetched).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(30_001);
  expect(await issuer.verify(await token())).toMatchObject({ sub: 'ci' });
  expect(fetched).toHaveBeenCalledTimes(2);
});

test('clocks may differ a little', async () => {
  const { issuer, token } = await world();
  expect(await issuer.verify(await token(-3))).not.toBeNull();
  expect(await issuer.verify(await token(-7))).toBeNull();
});

type Claims = Record<string, unknown>;
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const good = (): Claims => ({ sub: 'ci', iss: 'https://id.example', aud: 'us', exp: inSeconds(60) });

test('of all the ways to make up a token, none lets anybody in, and none makes us fetch from elsewhere', async () => {
  const { issuer, fetched, token } = await world();
  expect(await issuer.verify(await token())).not.toBeNull();
  const ours = await token();
  const theirs = await generateKeyPair('ES256', { extractable: true });
  const theirJwk = await exportJWK(theirs.publicKey);
  const forged = (header: Partial<JWTHeaderParameters>, claims: Claims = good()) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'key-0', ...header }).sign(theirs.privateKey);
  const shared = (alg: string, secret: string) =>
    new SignJWT(good()).setProtectedHeader({ alg, kid: 'key-0' }).sign(Buffer.from(secret.padEnd(64, '=')));
  const [head = '', body = '', signature = ''] = ours.split('.');
  const flipped = (text: string, at: number): string =>
    `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
  const corpus: Readonly<Record<string, string>> = {
    'alg none': new UnsecuredJWT(good()).encode(),
    'no signature': `${head}.${body}.`,
    'the public key as a shared secret': await shared('HS256', JSON.stringify(theirJwk)),
    'a longer shared secret': await shared('HS512', 'secret'),
    'a key of their own': await forged({}),
    'their key in the header': await forged({ jwk: theirJwk }),
    'their keys at an address': await forged({ jku: 'https://evil.example/keys', kid: 'evil' }),
    'their certificate at an address': await forged({ x5u: 'https://evil.example/cert' }),
    'a kid that is a path': await forged({ kid: '../../../../dev/null' }),
    'a kid that is SQL': await forged({ kid: "' OR '1'='1" }),
    ...Object.fromEntries(
      [5, Math.floor(body.length / 2), body.length - 2].map((at) => [
        `a claim altered at ${at}`,
        `${head}.${flipped(body, at)}.${signature}`,
      ]),
    ),
    'a signature altered in a byte': `${head}.${body}.${flipped(signature, 10)}`,
    'two tokens': `${ours}.${ours}`,
    nothing: '',
  };
  for (const [how, shown] of Object.entries(corpus)) expect(await issuer.verify(shown), how).toBeNull();
  const asked = fetched.mock.calls.map((words) => words.map(String)[0]);
  expect(new Set(asked)).toEqual(new Set([settings.jwksUrl]));
});

test.each<[what: string, claims: () => Claims]>([
  ['another issuer', () => ({ iss: 'https://id.example.evil' })],
  ['another audience', () => ({ aud: 'them' })],
  ['no audience', () => ({ aud: undefined })],
  ['no end', () => ({ exp: undefined })],
  ['an end that is over', () => ({ exp: inSeconds(-301) })],
  ['a beginning to come', () => ({ nbf: inSeconds(301) })],
  ['nobody', () => ({ sub: undefined })],
])('what the issuer signed for %s lets nobody in', async (_what, claims) => {
  const { issuer, sign } = await world();
  expect(await issuer.verify(await sign(good()))).not.toBeNull();
  expect(await issuer.verify(await sign({ ...good(), ...claims() }))).toBeNull();
});

test.each([
  ['does not answer', () => Promise.reject(new Error('connect ECONNREFUSED'))],
  ['answers an error', () => Promise.resolve(new Response('', { status: 503 }))],
  ['answers nonsense', () => Promise.resolve(new Response('<html>'))],
  ['answers no keys', () => Promise.resolve(new Response('{"keys":7}'))],
])('nobody is let in where the issuer %s, and it is not asked again at once', async (_what, answer) => {
  const { fetched, issuer, token } = await world();
  fetched.mockImplementation(answer);
  const shown = await token();
  for (let count = 0; count < 3; count += 1)
    await expect(issuer.verify(shown)).rejects.toBeInstanceOf(UnavailableError);
  expect(fetched.mock.calls.length).toBeLessThanOrEqual(3);
  fetched.mockClear();
  vi.advanceTimersByTime(600_001);
  await expect(issuer.verify(shown)).rejects.toBeInstanceOf(UnavailableError);
  expect(fetched).toHaveBeenCalledTimes(1);
});
