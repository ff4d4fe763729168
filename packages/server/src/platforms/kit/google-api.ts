import { createSign } from 'node:crypto';
import { z } from 'zod';
import { systemClock } from '../../infra/clock.ts';
import type { HttpResponse } from '../../infra/http-client.ts';
import { urlSchema } from '../../infra/url-schema.ts';
import { amended, classifyError, ExecutorError } from './executor-error.ts';
import { callClient, type ClientContext } from './guarded-fetch.ts';
import { askJson } from './json-api.ts';
import type { Secrets } from './secrets.ts';

/** What configuration says of any API of Google. */
export const googleSettings = {
  /** Gives access tokens for the credentials. */
  tokenUrl: urlSchema('http:', 'https:').default('https://oauth2.googleapis.com/token'),
  /** Name of the secret that holds Google's own JSON, in one line: of a service account, or of an authorized user. */
  credentialsSecret: z.string().min(1),
};

const credentialsSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('service_account'),
    client_email: z.string(),
    private_key: z.string(),
    private_key_id: z.string().optional(),
  }),
  z.object({
    type: z.literal('authorized_user'),
    client_id: z.string(),
    client_secret: z.string(),
    refresh_token: z.string(),
  }),
]);
type Credentials = z.output<typeof credentialsSchema>;
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number() });

export interface GoogleSetup {
  readonly apiUrl: string;
  readonly tokenUrl: string;
  readonly credentialsSecret: string;
  readonly secrets: Secrets;
  /** `https://www.googleapis.com/auth/drive` */
  readonly scope: string;
}

/** What a client of Google is made with: it has no retries, no redirects and no credentials of its own. */
export interface GoogleClientOptions {
  readonly rootUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetchImplementation: typeof fetch;
  readonly retry: false;
  readonly universeDomain: 'googleapis.com';
}

export interface GoogleApi {
  /** Makes one call of an API; its answer's `data` is what `schema` says. */
  readonly ask: <Value>(
    context: ClientContext,
    kind: { readonly isRead: boolean; readonly schema: z.ZodType<Value>; readonly maxResponseBytes?: number },
    call: (options: GoogleClientOptions) => Promise<{ readonly data: unknown }>,
  ) => Promise<Value>;
}

/** So long before its end, a token is not used any more, in milliseconds. */
const tokenMarginMs = 60_000;
const assertionSeconds = 3_600;

export const createGoogleApi = ({
  apiUrl,
  tokenUrl,
  credentialsSecret,
  secrets,
  scope,
}: GoogleSetup): GoogleApi => {
  let kept: { readonly secret: string; readonly token: string; readonly endsAt: number } | null = null;
  const accessToken = async (context: ClientContext): Promise<string> => {
    const secret = secrets.reveal(credentialsSecret);
    const now = systemClock.now().getTime();
    if (kept?.secret === secret && now < kept.endsAt) return kept.token;
    const given = await exchange(readCredentials(secret), { tokenUrl, scope, now }, context);
    kept = { secret, token: given.access_token, endsAt: now + given.expires_in * 1_000 - tokenMarginMs };
    return given.access_token;
  };
  return {
    ask: async (context, { isRead, schema, ...limits }, call) => {
      const token = await accessToken(context);
      try {
        return await callClient(
          context,
          async (fetchImplementation) => {
            const { data } = await call({
              rootUrl: `${apiUrl.replace(/\/+$/, '')}/`,
              headers: { authorization: `Bearer ${token}` },
              fetchImplementation,
              retry: false,
              universeDomain: 'googleapis.com',
            });
            return schema.parse(data);
          },
          { isRead, failureOf: googleFailureOf, ...limits },
        );
      } catch (error) {
        // It may have been taken back before its time.
        if (error instanceof ExecutorError && error.code === 'PLATFORM_AUTHENTICATION_FAILED') kept = null;
        throw error;
      }
    },
  };
};

const readCredentials = (secret: string): Credentials => {
  const read = credentialsSchema.safeParse(jsonOf(secret));
  if (read.success) return read.data;
  const message =
    "The configured credentials are not Google's JSON of a service account or an authorized user.";
  throw new ExecutorError('PLATFORM_AUTHENTICATION_FAILED', message, { effect: 'NONE' });
};

const exchange = async (
  credentials: Credentials,
  { tokenUrl, scope, now }: { readonly tokenUrl: string; readonly scope: string; readonly now: number },
  { http, signal }: ClientContext,
): Promise<z.output<typeof tokenSchema>> => {
  const grant =
    credentials.type === 'service_account'
      ? {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          assertion: assertionOf(credentials, tokenUrl, scope, Math.floor(now / 1_000)),
        }
      : {
          grant_type: 'refresh_token',
          client_id: credentials.client_id,
          client_secret: credentials.client_secret,
          refresh_token: credentials.refresh_token,
        };
  try {
    return await askJson(
      {
        ...http,
        request: (asked) => http.request({ ...asked, body: new URLSearchParams(grant).toString() }),
      },
      {
        method: 'POST',
        url: tokenUrl,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        signal,
      },
      tokenSchema,
    );
  } catch (thrown) {
    const error = classifyError(thrown);
    const isRefused = error.code === 'PLATFORM_REJECTED' || error.code === 'PLATFORM_PERMISSION_DENIED';
    if (!isRefused) throw amended(error, { effect: 'NONE', details: null });
    const message = 'Google gives no access for the configured credentials.';
    throw new ExecutorError('PLATFORM_AUTHENTICATION_FAILED', message, { effect: 'NONE' });
  }
};

const assertionOf = (
  { client_email, private_key, private_key_id }: Extract<Credentials, { type: 'service_account' }>,
  audience: string,
  scope: string,
  nowSeconds: number,
): string => {
  const head = { alg: 'RS256', typ: 'JWT', ...(private_key_id === undefined ? {} : { kid: private_key_id }) };
  const exp = nowSeconds + assertionSeconds;
  const claims = { iss: client_email, scope, aud: audience, iat: nowSeconds, exp };
  const coded = [head, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${coded}.${createSign('RSA-SHA256').update(coded).sign(private_key, 'base64url')}`;
};

const errorSchema = z.object({
  error: z.object({
    message: z.string().max(2_000).default(''),
    errors: z.array(z.object({ reason: z.string().max(100) })).default([]),
  }),
});

const rateReasons = new Set(['userRateLimitExceeded', 'rateLimitExceeded', 'sharingRateLimitExceeded']);
const quotaReasons = new Set(['dailyLimitExceeded', 'storageQuotaExceeded', 'teamDriveFileLimitExceeded']);

/** Of several things Google says 403; only some of them are about what the credentials may do. */
const googleFailureOf = ({ status, body }: HttpResponse): ExecutorError | null => {
  if (status !== 403) return null;
  const read = errorSchema.safeParse(jsonOf(body.toString('utf8')));
  const reason = read.data?.error.errors[0]?.reason ?? '';
  const isRate = rateReasons.has(reason);
  if (!isRate && !quotaReasons.has(reason)) return null;
  const code = isRate ? 'RATE_LIMIT_EXCEEDED' : 'QUOTA_EXCEEDED';
  return new ExecutorError(code, `Google answered ${JSON.stringify(reason)}.`, {
    effect: 'NONE',
    details: { status, reason },
  });
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Getting a token changes nothing, so whoever only looks may do it. */
export const tokenRead = (
  tokenUrl: string,
): { readonly method: string; readonly path: string; readonly at: string } => {
  const { origin, pathname } = new URL(tokenUrl);
  return { method: 'POST', path: pathname, at: origin };
};

/** What the emulators take for credentials. */
export const sandboxCredentials = JSON.stringify({
  type: 'authorized_user',
  client_id: 'client-of-the-sandbox',
  client_secret: 'secret-of-the-sandbox',
  refresh_token: 'refresh-token-of-the-sandbox',
});
