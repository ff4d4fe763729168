import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCertificate } from './tls-listener.ts';
import type { Caller } from '../../domain/principal.ts';

/** What a caller shows of itself. Where there is an authorization, the session does not count. */
export interface Credentials {
  /** The whole header: `Bearer cs_…`. */
  readonly authorization?: string | undefined;
  /** The value of the console's cookie. */
  readonly sessionToken?: string | undefined;
  /** Of the connection's other end; counts where there is neither. */
  readonly certificate?: ClientCertificate | undefined;
}

/** Resolves to null for credentials that nobody holds (any more); rejects only where nobody can tell. */
export type Authenticate = (credentials: Credentials) => Promise<Caller | null>;

export const sessionCookie = 'cs_session';

/** Whether a request that a cookie authenticates was made by a page of ours, as browsers always tell. */
export const comesFromUs = (headers: IncomingHttpHeaders, origins: readonly string[]): boolean => {
  const { origin } = headers;
  if (origin === undefined) return headers['sec-fetch-site'] !== 'cross-site';
  return origins.includes(origin) || (URL.canParse(origin) && new URL(origin).host === headers.host);
};
