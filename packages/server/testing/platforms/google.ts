import type { EmulatedAnswer, EmulatedRequest } from './emulator.ts';

const accessToken = 'ya29.token-of-the-sandbox';

const reasons: Readonly<Record<number, readonly [reason: string, status: string]>> = {
  400: ['badRequest', 'INVALID_ARGUMENT'],
  401: ['authError', 'UNAUTHENTICATED'],
  403: ['insufficientFilePermissions', 'PERMISSION_DENIED'],
  404: ['notFound', 'NOT_FOUND'],
  409: ['fileIdInUse', 'ALREADY_EXISTS'],
  429: ['rateLimitExceeded', 'RESOURCE_EXHAUSTED'],
  500: ['backendError', 'INTERNAL'],
};

export const googleError = (
  status: number,
  message = 'As the emulator was told.',
  reason = reasons[status]?.[0] ?? 'backendError',
): EmulatedAnswer => ({
  status,
  body: {
    error: {
      code: status,
      message,
      errors: [{ message, domain: 'global', reason }],
      status: reasons[status]?.[1] ?? 'UNKNOWN',
    },
  },
});

/** What Google's token endpoint says, and to whom nothing else is said; null lets the request go on. */
export const googleGate = ({
  method,
  path,
  headers,
  body,
  origin,
  now,
}: EmulatedRequest): EmulatedAnswer | null => {
  if (method === 'POST' && path === '/token') {
    const given = new URLSearchParams(body.toString('utf8'));
    const isKnown =
      given.get('refresh_token') === 'refresh-token-of-the-sandbox' ||
      isAssertion(given.get('assertion') ?? '', `${origin}/token`, now);
    return isKnown
      ? { status: 200, body: { access_token: accessToken, expires_in: 3599, token_type: 'Bearer' } }
      : { status: 400, body: { error: 'invalid_grant', error_description: 'Bad Request' } };
  }
  return headers.authorization === `Bearer ${accessToken}` ? null : googleError(401, 'Invalid Credentials');
};

/** Whose it is nobody asks; it has to be for here and now. */
const isAssertion = (assertion: string, audience: string, now: Date): boolean => {
  const [, claims = '', signature = ''] = assertion.split('.');
  if (signature === '') return false;
  const given = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Record<string, unknown>;
  const isNow = Number(given.iat) <= now.getTime() / 1_000 && Number(given.exp) > now.getTime() / 1_000;
  return isNow && given.aud === audience && typeof given.iss === 'string' && typeof given.scope === 'string';
};
