import {
  accepted,
  invalidInput,
  refusal,
  refusalAt,
  refused,
  type Outcome,
  type Refusal,
} from '../../domain/errors.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { accessEvent, makerOf, operatorOf, type Maker } from './access-events.ts';
import {
  nameFaults,
  nameTaken,
  ownerUnknown,
  principalFaults,
  tidyName,
  type PrincipalInput,
  type PrincipalSurroundings,
} from './access-rules.ts';
import { rightWords } from '../operation.ts';
import type { AccessStore, Tenant } from '../../record/access-store.ts';

export interface PrincipalsDependencies {
  readonly journal: Journal;
  readonly access: AccessStore;
  readonly newId: NewId;
}

export const notAdministrator: Refusal = refusal('AUTHORIZATION_FAILED', rightWords.ADMINISTER);

const kinds = { HUMAN: 'person', AGENT: 'agent', SERVICE: 'service' };

export const createPrincipal = async (
  deps: PrincipalsDependencies,
  viewer: Caller,
  input: PrincipalInput,
): Promise<Outcome<Principal>> => {
  return deps.journal.transaction(async (tx) => {
    const faults = principalFaults(input, await lookAround(deps, tx, viewer.tenantId, input));
    const [first] = faults;
    if (first === ownerUnknown && faults.length === 1) {
      return refused(refusalAt(ownerUnknown.path, 'RESOURCE_NOT_FOUND', 'There is no such owner.'));
    }
    if (first) return refused(invalidInput(faults));
    const principal = await insertPrincipal(deps, tx, input, makerOf(viewer));
    return principal ? accepted(principal) : refused(invalidInput([nameTaken]));
  });
};

const lookAround = async (
  { access }: PrincipalsDependencies,
  tx: JournalTransaction,
  tenantId: string,
  { name, ownerId }: PrincipalInput,
): Promise<PrincipalSurroundings> => {
  const isName = nameFaults(name).length === 0;
  const namesake = isName ? await access.findPrincipalByName(tx, tenantId, tidyName(name)) : null;
  const owner = ownerId ? await access.findActivePrincipal(tx, tenantId, ownerId) : null;
  return { owner, isNameTaken: namesake !== null };
};

/** Null where the name is taken. */
export const insertPrincipal = async (
  { access, newId }: Pick<PrincipalsDependencies, 'access' | 'newId'>,
  tx: JournalTransaction,
  input: PrincipalInput,
  maker: Maker,
): Promise<Principal | null> => {
  const { tenantId } = maker;
  const { type } = input;
  const name = tidyName(input.name);
  const roles = [...new Set(input.roles)];
  const principal: Principal = {
    id: newId(),
    tenantId,
    type,
    name,
    roles,
    groups: [],
    ownerId: input.ownerId ?? null,
    createdById: maker.id,
    handIds: maker.handIds,
    disabledAt: null,
  };
  const createdAt = await access.insertPrincipal(tx, principal);
  if (!createdAt) return null;
  tx.record(
    accessEvent(tenantId, createdAt, maker.id, {
      type: 'principal.created',
      summary: `Added the ${kinds[type]} ${name}`,
      data: { principalId: principal.id, type, name, roles, ownerId: principal.ownerId },
    }),
  );
  return principal;
};

/** The principal of that name, made where there is none. An existing one stays as it is. */
export const ensurePrincipal = (
  deps: PrincipalsDependencies,
  input: PrincipalInput & { readonly tenantId: string },
): Promise<Principal> =>
  deps.journal.transaction(async (tx) => {
    const find = () => deps.access.findPrincipalByName(tx, input.tenantId, tidyName(input.name));
    const known = await find();
    if (known) return known;
    const faults = principalFaults(input, await lookAround(deps, tx, input.tenantId, input));
    const [fault] = faults.filter((found) => found !== nameTaken);
    if (fault) throw new Error(`The principal ${input.name} cannot be made: ${fault.path} ${fault.message}.`);
    const principal = (await insertPrincipal(deps, tx, input, operatorOf(input.tenantId))) ?? (await find());
    if (!principal) throw new Error(`The principal ${input.name} is neither there nor can it be made.`);
    return principal;
  });

export interface FirstTenant {
  readonly tenant: Tenant;
  readonly administrator: Principal;
}

/** The installation's first tenant with its administrator, made once: null where there is any tenant. */
export const createFirstTenant = (
  deps: PrincipalsDependencies,
  name: string,
  administrator: Pick<PrincipalInput, 'name' | 'roles'>,
): Promise<FirstTenant | null> =>
  deps.journal.transaction(async (tx) => {
    if (await deps.access.hasTenant(tx)) return null;
    const tenant = await insertTenant(deps, tx, name);
    if (!tenant) return null;
    const input = { ...administrator, type: 'HUMAN' as const };
    const principal = await insertPrincipal(deps, tx, input, operatorOf(tenant.id));
    if (!principal) throw new Error('The first administrator of a new tenant cannot be made.');
    return { tenant, administrator: principal };
  });

/** Null where the name is taken. */
const insertTenant = async (
  { access, newId }: PrincipalsDependencies,
  tx: JournalTransaction,
  name: string,
): Promise<Tenant | null> => {
  const tenant: Tenant = { id: newId(), name };
  const createdAt = await access.insertTenant(tx, tenant);
  if (!createdAt) return null;
  const data = { tenantId: tenant.id, name };
  tx.record(
    accessEvent(tenant.id, createdAt, null, {
      type: 'tenant.created',
      summary: `Added the tenant ${name}`,
      data,
    }),
  );
  return tenant;
};

/** The tenant of that name, made where there is none. */
export const ensureTenant = (deps: PrincipalsDependencies, name: string): Promise<Tenant> =>
  deps.journal.transaction(async (tx) => {
    const known = await deps.access.findTenantByName(tx, name);
    if (known) return known;
    const tenant = await insertTenant(deps, tx, name);
    if (tenant) return tenant;
    const theirs = await deps.access.findTenantByName(tx, name);
    if (!theirs) throw new Error(`The tenant ${name} is neither there nor can it be made.`);
    return theirs;
  });
