import { decodeJwt, type JWTPayload } from 'jose';
import type { Caller } from '../../domain/principal.ts';
import type { Clock } from '../../infra/clock.ts';
import type { TokenIssuer } from '../../infra/token-issuer.ts';
import type { AccessStore } from '../../record/access-store.ts';
import type { Authenticated } from '../../record/credential-store.ts';

/** Whom a token stands for where all of these claims are as they are said here. */
export interface ServiceRule {
  /** Exact text, or its beginning where it ends in `*`; of a list, one member. */
  readonly claims: Readonly<Record<string, string>>;
  /** The name of an agent or a service. */
  readonly principal: string;
}

export interface ServiceIssuer {
  readonly issuer: string;
  /** By its name. */
  readonly tenant: string;
  readonly services: readonly ServiceRule[];
  readonly tokens: TokenIssuer;
}

export interface ServiceTokens {
  /** Null for every kind of wrong. @throws UnavailableError where the issuer's keys cannot be had. */
  findAuthenticated(token: string): Promise<Authenticated | null>;
}

export const createServiceTokens = (
  issuers: readonly ServiceIssuer[],
  access: Pick<AccessStore, 'findProgram'>,
  clock: Clock,
): ServiceTokens => ({
  async findAuthenticated(token) {
    const named = issuerOf(token);
    const issuer = issuers.find((known) => known.issuer === named);
    const claims = await issuer?.tokens.verify(token);
    if (!issuer || !claims) return null;
    const rule = issuer.services.find((candidate) => isMeant(candidate, claims));
    const principal = rule && (await access.findProgram(issuer.tenant, rule.principal));
    if (!principal) return null;
    const endsAtMs = (claims.exp ?? 0) * 1000 + issuer.tokens.clockToleranceMs;
    const remainingMs = Math.max(0, endsAtMs - clock.now().getTime());
    return { caller: configuredCaller(principal), remainingMs };
  },
});

/** Unchecked: it says only whose keys to check with. */
const issuerOf = (token: string): string | undefined => {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
};

/** Configuration says whom it stands for, so no person had a hand in it; and only people decide. */
export const configuredCaller = (principal: Omit<Caller, 'credential'>): Caller => ({
  ...principal,
  credential: { id: principal.id, kind: 'TOKEN', handIds: [], decidesIn: [] },
});

export const isMeant = ({ claims }: ServiceRule, given: JWTPayload): boolean =>
  Object.entries(claims).every(([name, wanted]) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.some((one) => typeof one === 'string' && isLike(one, wanted));
  });

const isLike = (text: string, wanted: string): boolean =>
  wanted.endsWith('*') ? text.startsWith(wanted.slice(0, -1)) : text === wanted;
