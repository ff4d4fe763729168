import { sightOfProgram } from '../domain/sight.ts';
import { newId } from '../infra/ids.ts';
import { createAccessService } from '../modules/access/index.ts';
import { createAttempts } from '../modules/audit/index.ts';
import { programTermsOf, type PolicyData } from '../modules/policy/index.ts';
import { createAccessStore } from '../record/access-store.ts';
import { createCredentialStore } from '../record/credential-store.ts';
import { createGroupStore } from '../record/group-store.ts';
import type { Foundation } from './foundation.ts';
import { openIdentity } from './identity.ts';

/** Who may do what, and what is told of those who tried more. */
export const openAccess = async (
  foundation: Foundation,
  /** What policy says in a tenant. */
  termsOf: (tenantId: string) => PolicyData['settings'],
) => {
  const { database, reader, stack } = foundation;
  const { serviceTokens, serviceCertificates, issuerSignIn } = await openIdentity(foundation);
  const store = createAccessStore(database);
  const attempts = stack.use(
    createAttempts({ ...foundation, findFirstTenant: () => store.findFirstTenant() }),
  );
  const access = stack.use(
    createAccessService({
      ...foundation,
      sightOfProgram: (program) => sightOfProgram(programTermsOf(termsOf(program.tenantId)), program),
      serviceTokens,
      serviceCertificates,
      attempts,
      access: store,
      credentials: createCredentialStore(database),
      groups: createGroupStore(database),
      newId,
    }),
  );
  stack.use(
    reader.onEvents((events) => {
      events.forEach(access.forget);
    }),
  );
  return { access, attempts, issuerSignIn };
};
