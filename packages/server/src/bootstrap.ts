import type { Role } from '@countersign/shared';
import type { Outcome } from './domain/errors.ts';
import type { AccessService, FirstTenant } from './modules/access/index.ts';

export interface Bootstrapped extends FirstTenant {
  /** Opens the console once, for the administrator. */
  readonly signInUrl: string;
}

const tenantName = 'default';
const administratorName = 'Operator';
const everything: readonly Role[] = ['VIEWER', 'SUBMITTER', 'APPROVER', 'OPERATOR', 'ADMIN'];

/**
 * Makes the first tenant, its administrator and a sign-in link for them, once: null where that was done
 * before, whatever else is missing since.
 */
export const bootstrap = async (access: AccessService, url: string): Promise<Bootstrapped | null> => {
  const first = await access.createFirstTenant(tenantName, { name: administratorName, roles: everything });
  if (!first) return null;
  return {
    ...first,
    signInUrl: signInUrl(url, valueOf(await access.createSignInLink(first.administrator.id))),
  };
};

export const signInUrl = (url: string, { token }: { readonly token: string }): string =>
  `${url.replace(/\/$/, '')}/sign-in#token=${token}`;

/** What the operator of the machine asked for; throws the reason where it was refused. */
export const valueOf = <Value>(outcome: Outcome<Value>): Value => {
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return outcome.value;
};
