import type { Role } from '@countersign/shared';
import type { Caller, Principal } from '../src/domain/principal.ts';
import type { Outcome } from '../src/domain/errors.ts';
import { systemClock } from '../src/infra/clock.ts';
import type { Database } from '../src/infra/database.ts';
import { newId } from '../src/infra/ids.ts';
import { createLogger, type Logger } from '../src/infra/logger.ts';
import { createWakeUps } from '../src/infra/wakeups.ts';
import type { ApiKeyInput, PrincipalInput } from '../src/modules/access/access-rules.ts';
import { createAccessService, type AccessService } from '../src/modules/access/index.ts';
import { createAccessStore } from '../src/record/access-store.ts';
import { createCredentialStore } from '../src/record/credential-store.ts';
import { createGroupStore } from '../src/record/group-store.ts';
import { createEventReader } from '../src/record/event-reader.ts';
import { createJournal } from '../src/record/journal.ts';
import type { TestDatabase } from './postgres.ts';
import { signedIn } from './signed-in.ts';

/** The part of one node that knows who calls: its own pool, its own memory, and the log that both share. */
export interface AccessNode extends AsyncDisposable {
  readonly access: AccessService & ReturnType<typeof actsOn>;
  readonly database: Database;
  /** The database as its superuser, who may do what the application's role may not. */
  readonly owner: Database;
}

export interface AccessNodeOptions {
  readonly logger?: Logger;
  readonly rememberedMs?: number;
}

export const startAccessNode = async (
  testDatabase: TestDatabase,
  { logger = createLogger({ level: 'silent' }), rememberedMs }: AccessNodeOptions = {},
): Promise<AccessNode> => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(testDatabase.open());
  const owner = stack.use(testDatabase.open({ as: 'OWNER' }));
  const wakeUps = stack.use(await createWakeUps(database, logger));
  const journal = createJournal(database, wakeUps);
  const reader = stack.use(await createEventReader(database, wakeUps, logger));
  const access = stack.use(
    createAccessService({
      journal,
      access: createAccessStore(database),
      credentials: createCredentialStore(database),
      groups: createGroupStore(database),
      clock: systemClock,
      newId,
      logger,
      ...(rememberedMs === undefined ? {} : { rememberedMs }),
    }),
  );
  stack.use(
    reader.onEvents((events) => {
      events.forEach(access.forget);
    }),
  );
  const running = stack.move();
  return {
    access: { ...access, ...actsOn(access) },
    database,
    owner,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

/** What callers ask of it, as a door would for them. */
export const actsOn = ({ operations }: AccessService) => {
  const as = (viewer: Caller | Principal) => ({ viewer: viewer as Caller, traceparent: null });
  return {
    createPrincipal: (viewer: Caller, input: PrincipalInput) =>
      operations.createPrincipal.execute(as(viewer), input),
    createApiKey: (viewer: Caller, input: ApiKeyInput) => operations.createApiKey.execute(as(viewer), input),
    revokeApiKey: (viewer: Principal, apiKeyId: string) =>
      operations.revokeApiKey.execute(as(viewer), { apiKeyId }),
    createGroup: (viewer: Caller, input: { readonly name: string }) =>
      operations.createGroup.execute(as(viewer), input),
    renameGroup: (viewer: Caller, input: { readonly groupId: string; readonly name: string }) =>
      operations.renameGroup.execute(as(viewer), input),
    addGroupMembers: (viewer: Caller, input: { readonly groupId: string; readonly principalIds: string[] }) =>
      operations.addGroupMembers.execute(as(viewer), input),
    removeGroupMembers: (
      viewer: Caller,
      input: { readonly groupId: string; readonly principalIds: string[] },
    ) => operations.removeGroupMembers.execute(as(viewer), input),
    setRoles: (viewer: Caller, principalId: string, roles: readonly Role[]) =>
      operations.setRoles.execute(as(viewer), { principalId, roles }),
    disablePrincipal: (viewer: Caller, principalId: string) =>
      operations.disablePrincipal.execute(as(viewer), { principalId }),
    enablePrincipal: (viewer: Caller, principalId: string) =>
      operations.enablePrincipal.execute(as(viewer), { principalId }),
    endSessions: (viewer: Caller, principalId: string) =>
      operations.endSessions.execute(as(viewer), { principalId }),
    offerSignInLink: (viewer: Caller, principalId: string) =>
      operations.createSignInLink.execute(as(viewer), { principalId }),
    listPrincipals: async (viewer: Principal, includeDisabled = false) =>
      value(await operations.principals.execute(as(viewer), { includeDisabled })).nodes,
    listApiKeys: async (viewer: Principal) => value(await operations.apiKeys.execute(as(viewer), {})).nodes,
  };
};

/** A tenant of its own with a person who may do everything and an agent that submits. */
export const populate = async ({ access }: AccessNode) => {
  const tenant = await access.ensureTenant(`tenant-${newId()}`);
  const admin = await access.ensurePrincipal({
    tenantId: tenant.id,
    type: 'HUMAN',
    name: 'Ada',
    roles: ['ADMIN', 'APPROVER', 'OPERATOR'],
  });
  const agent = await access.ensurePrincipal({
    tenantId: tenant.id,
    type: 'AGENT',
    name: 'deployer',
    roles: ['SUBMITTER'],
    ownerId: admin.id,
  });
  return { tenant, admin, agent };
};

/** A new API key as an Authorization header. */
export const keyOf = async (
  { access }: AccessNode,
  admin: Principal,
  principal: Principal,
  expiresAt?: Date,
) => {
  const { apiKey, secret } = value(
    await access.createApiKey(signedIn(admin), { principalId: principal.id, name: 'test', expiresAt }),
  );
  return { apiKey, secret, authorization: `Bearer ${secret}` };
};

/** What was asked for; throws where it was refused. */
export const value = <Value>(outcome: Outcome<Value>): Value => {
  if (!outcome.ok) throw new Error(`Refused: ${outcome.refusal.code} ${outcome.refusal.message}`);
  return outcome.value;
};

/** The code of a refusal; throws where there was none. */
export const refusalCode = (outcome: Outcome<unknown>): string => {
  if (outcome.ok) throw new Error('This was to be refused.');
  return outcome.refusal.code;
};
