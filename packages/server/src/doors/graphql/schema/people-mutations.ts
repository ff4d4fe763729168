import type { Refusal } from '../../../domain/errors.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { AccessService } from '../../../modules/access/access-service.ts';

interface Changed {
  readonly principal: Principal | null;
  readonly refusal: Refusal | null;
}

const why = 'Why nothing was changed; null where it was.';

/** What becomes of people, agents and services that are there already. */
export const addPeopleMutations = (
  builder: Builder,
  refs: Refs,
  service: AccessService,
  originOf: () => string,
): void => {
  addSetRoles(builder, refs, service);
  addDisabling(builder, refs, service);
  addEndSessions(builder, refs, service);
  addCreateSignInLink(builder, refs, service, originOf);
};

const addPayload = (builder: Builder, refs: Refs, name: string, description: string) =>
  builder.objectRef<Changed>(name).implement({
    description,
    authScopes: { read: true },
    fields: (t) => ({
      principal: t.expose('principal', {
        type: refs.principal,
        nullable: true,
        description: 'As it is now.',
      }),
      refusal: t.expose('refusal', { type: refs.refusal, nullable: true, description: why }),
    }),
  });

const addInput = (builder: Builder, name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ principalId: t.id({ required: true, description: 'Its UUID.' }) }),
  });

const changed = (outcome: Awaited<ReturnType<AccessService['setRoles']>>): Changed =>
  outcome.ok ? { principal: outcome.value, refusal: null } : { principal: null, refusal: outcome.refusal };

const addSetRoles = (builder: Builder, refs: Refs, service: AccessService): void => {
  const input = builder.inputType('SetRolesInput', {
    description: 'What somebody may do from now on.',
    fields: (t) => ({
      principalId: t.id({ required: true, description: 'Its UUID.' }),
      roles: t.field({
        type: [refs.enums.role],
        required: true,
        description: 'All its roles, at least one. Only a HUMAN can be an APPROVER or an ADMIN.',
      }),
    }),
  });
  const payload = addPayload(builder, refs, 'SetRolesPayload', 'The principal with its roles, or a refusal.');
  builder.mutationField('setRoles', (t) =>
    t.field({
      type: payload,
      authScopes: { read: true },
      description:
        'Replaces the roles of a principal; its sockets begin anew. Asks for an administrator, and leaves the tenant with one.',
      args: { input: t.arg({ type: input, required: true, description: 'Whose and which.' }) },
      resolve: async (_root, args, { viewer }) =>
        changed(await service.setRoles(viewer, args.input.principalId, args.input.roles)),
    }),
  );
};

const addDisabling = (builder: Builder, refs: Refs, service: AccessService): void => {
  const disableInput = addInput(builder, 'DisablePrincipalInput', 'Who may not act any more.');
  const enableInput = addInput(builder, 'EnablePrincipalInput', 'Who may act again.');
  const disabled = addPayload(
    builder,
    refs,
    'DisablePrincipalPayload',
    'The disabled principal or a refusal.',
  );
  const enabled = addPayload(builder, refs, 'EnablePrincipalPayload', 'The enabled principal or a refusal.');
  builder.mutationFields((t) => ({
    disablePrincipal: t.field({
      type: disabled,
      authScopes: { read: true },
      description:
        'Keeps a principal from acting: its sessions end, its keys and links are turned away, its votes count no longer. What it did keeps its name. Asks for an administrator, and leaves the tenant with one.',
      args: { input: t.arg({ type: disableInput, required: true, description: 'Whom.' }) },
      resolve: async (_root, args, { viewer }) =>
        changed(await service.disablePrincipal(viewer, args.input.principalId)),
    }),
    enablePrincipal: t.field({
      type: enabled,
      authScopes: { read: true },
      description:
        'Lets a disabled principal act again. Keys that were not revoked work again; people sign in anew. Asks for an administrator.',
      args: { input: t.arg({ type: enableInput, required: true, description: 'Whom.' }) },
      resolve: async (_root, args, { viewer }) =>
        changed(await service.enablePrincipal(viewer, args.input.principalId)),
    }),
  }));
};

const addEndSessions = (builder: Builder, refs: Refs, service: AccessService): void => {
  const payload = builder
    .objectRef<Changed & { readonly endedCount: number }>('EndSessionsPayload')
    .implement({
      description: 'Whose sessions ended, or a refusal.',
      authScopes: { read: true },
      fields: (t) => ({
        principal: t.expose('principal', { type: refs.principal, nullable: true, description: 'Whose.' }),
        endedCount: t.exposeInt('endedCount', { description: 'How many sessions ended.' }),
        refusal: t.expose('refusal', { type: refs.refusal, nullable: true, description: why }),
      }),
    });
  const input = addInput(builder, 'EndSessionsInput', 'Whose sessions end.');
  builder.mutationField('endSessions', (t) =>
    t.field({
      type: payload,
      authScopes: { read: true },
      description:
        'Signs a person out everywhere; links that they have not followed yet open nothing any more. Your own sessions, or as an administrator those of others.',
      args: { input: t.arg({ type: input, required: true, description: 'Whose.' }) },
      resolve: async (_root, args, { viewer }) => {
        const ended = await service.endSessions(viewer, args.input.principalId);
        return ended.ok
          ? { principal: ended.value.principal, endedCount: ended.value.count, refusal: null }
          : { principal: null, endedCount: 0, refusal: ended.refusal };
      },
    }),
  );
};

interface OfferedLink {
  readonly url: string | null;
  readonly expiresAt: Date | null;
  readonly refusal: Refusal | null;
}

const addCreateSignInLink = (
  builder: Builder,
  refs: Refs,
  service: AccessService,
  originOf: () => string,
): void => {
  const payload = builder.objectRef<OfferedLink>('CreateSignInLinkPayload').implement({
    description: 'The link, shown this once, or a refusal.',
    authScopes: { read: true },
    fields: (t) => ({
      url: t.exposeString('url', {
        nullable: true,
        description: 'Opens the console for that person, once. `POST /session` takes what follows `#token=`.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Until when it can be followed.',
      }),
      refusal: t.expose('refusal', { type: refs.refusal, nullable: true, description: why }),
    }),
  });
  const input = addInput(builder, 'CreateSignInLinkInput', 'Who signs in.');
  builder.mutationField('createSignInLink', (t) =>
    t.field({
      type: payload,
      authScopes: { read: true },
      description:
        'A link with which a person signs in, once, within 15 minutes. For yourself from your own session, or as an administrator for others: your own vote then never stands beside theirs.',
      args: { input: t.arg({ type: input, required: true, description: 'For whom.' }) },
      resolve: async (_root, args, { viewer }) => {
        const offered = await service.offerSignInLink(viewer, args.input.principalId);
        if (!offered.ok) return { url: null, expiresAt: null, refusal: offered.refusal };
        const { token, expiresAt } = offered.value;
        return { url: `${originOf()}/sign-in#token=${token}`, expiresAt, refusal: null };
      },
    }),
  );
};
