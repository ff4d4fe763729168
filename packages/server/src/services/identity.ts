import { createGuardedFetch } from '../infra/guarded-fetch.ts';
import { createHttpClient } from '../infra/http-client.ts';
import { newId } from '../infra/ids.ts';
import { createSignInIssuer } from '../infra/sign-in-issuer.ts';
import { createTokenIssuer } from '../infra/token-issuer.ts';
import {
  createIssuerSignIn,
  createServiceCertificates,
  createServiceTokens,
  type ServiceCertificates,
  type ServiceTokens,
} from '../modules/access/index.ts';
import { createAccessStore } from '../record/access-store.ts';
import { createCredentialStore } from '../record/credential-store.ts';
import { createGroupStore } from '../record/group-store.ts';
import { identityStore } from '../record/identity-store.ts';
import type { Foundation } from './foundation.ts';

/** Issuers besides ourselves: of tokens that services call with, and where people sign in. */
export const openIdentity = async ({ live, database, journal, clock, egress }: Foundation) => {
  const access = createAccessStore(database);
  const fetchOut = createGuardedFetch(createHttpClient(egress, { reach: 'INTERNET' }));
  const tokens = await live.part<ServiceTokens>({
    name: 'issuers of tokens',
    of: ({ identity }) => identity.issuers,
    make: ({ identity }) =>
      createServiceTokens(
        identity.issuers.map((settings) => ({
          ...settings,
          tokens: createTokenIssuer(settings, fetchOut, clock),
        })),
        access,
        clock,
      ),
  });
  const certificates = await live.part<ServiceCertificates | null>({
    name: 'services that sign in by certificates',
    of: ({ http }) => http.tls?.clients,
    make: ({ http: { tls } }) =>
      tls?.clients
        ? createServiceCertificates(
            { authorities: tls.clients.authoritiesFile, services: tls.clients.services },
            access,
            clock,
          )
        : null,
  });
  const issuerSignIn = await live.part({
    name: 'issuer that people sign in at',
    of: ({ identity: { signIn }, secrets }) => ({ signIn, secret: secrets[signIn?.clientSecret ?? ''] }),
    make({ identity: { signIn }, secrets }) {
      if (!signIn) return null;
      const { clientSecret, ...settings } = signIn;
      const secret = clientSecret === undefined ? null : (secrets[clientSecret]?.value ?? null);
      return createIssuerSignIn({
        journal,
        access,
        credentials: createCredentialStore(database),
        groups: createGroupStore(database),
        identities: identityStore,
        newId,
        issuer: createSignInIssuer({ ...settings, clientSecret: secret }, fetchOut, clock),
        settings,
      });
    },
  });
  const serviceTokens: ServiceTokens = { findAuthenticated: (token) => tokens().findAuthenticated(token) };
  const serviceCertificates: ServiceCertificates = {
    findAuthenticated: async (certificate) => (await certificates()?.findAuthenticated(certificate)) ?? null,
  };
  return { serviceTokens, serviceCertificates, issuerSignIn };
};
