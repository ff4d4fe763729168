import { createEgress, type EgressConfig } from '../infra/egress.ts';
import { createGuardedFetch } from '../infra/guarded-fetch.ts';
import { createHttpClient } from '../infra/http-client.ts';
import { newId } from '../infra/ids.ts';
import { createSignInIssuer } from '../infra/sign-in-issuer.ts';
import { createTokenIssuer } from '../infra/token-issuer.ts';
import { createIssuerSignIn, createServiceTokens, type IssuerSignIn } from '../modules/access/index.ts';
import { createAccessStore } from '../record/access-store.ts';
import { createCredentialStore } from '../record/credential-store.ts';
import { createGroupStore } from '../record/group-store.ts';
import { identityStore } from '../record/identity-store.ts';
import type { Foundation } from './foundation.ts';

/** Issuers besides ourselves: of tokens that services call with, and where people sign in. */
export const openIdentity = ({ config, database, journal, clock, stack }: Foundation) => {
  const { executors, secrets } = config;
  const { issuers, signIn } = config.identity;
  const access = createAccessStore(database);
  const egress = stack.use(createEgress(executors.egress as EgressConfig));
  const fetchOut = createGuardedFetch(createHttpClient(egress, { reach: 'INTERNET' }));
  const serviceTokens = createServiceTokens(
    issuers.map((settings) => ({ ...settings, tokens: createTokenIssuer(settings, fetchOut, clock) })),
    access,
    clock,
  );
  if (!signIn) return { serviceTokens, issuerSignIn: null };
  const { clientSecret, ...rest } = signIn;
  const secret = clientSecret === undefined ? null : (secrets[clientSecret]?.value ?? null);
  const issuerSignIn: IssuerSignIn = createIssuerSignIn({
    journal,
    access,
    credentials: createCredentialStore(database),
    groups: createGroupStore(database),
    identities: identityStore,
    newId,
    issuer: createSignInIssuer({ ...rest, clientSecret: secret }, fetchOut, clock),
    settings: rest,
  });
  return { serviceTokens, issuerSignIn };
};
