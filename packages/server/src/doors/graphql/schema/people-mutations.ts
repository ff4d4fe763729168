import type { Principal } from '../../../domain/principal.ts';
import type { AccessCommands, EndedSessions, SignInLink } from '../../../modules/access/index.ts';
import { given } from './payload-types.ts';
import type { Refs } from './refs.ts';

/** What becomes of people, agents and services that are there already. */
export const addPeopleMutations = (refs: Refs, commands: AccessCommands, originOf: () => string): void => {
  const changed = (name: string, description: string) =>
    refs.payload<Principal>(name, description, (t) => ({
      principal: t.field({
        type: refs.principal,
        nullable: true,
        description: 'As it is now.',
        resolve: given((principal) => principal),
      }),
    }));
  refs.command(commands.setRoles, changed('SetRolesPayload', 'The principal with its roles, or a refusal.'));
  refs.command(
    commands.disablePrincipal,
    changed('DisablePrincipalPayload', 'The disabled principal or a refusal.'),
  );
  refs.command(
    commands.enablePrincipal,
    changed('EnablePrincipalPayload', 'The enabled principal or a refusal.'),
  );
  refs.command(commands.endSessions, addEndedSessions(refs));
  refs.command(commands.createSignInLink, addSignInLink(refs, originOf));
};

const addEndedSessions = (refs: Refs) =>
  refs.payload<EndedSessions>('EndSessionsPayload', 'Whose sessions ended, or a refusal.', (t) => ({
    principal: t.field({
      type: refs.principal,
      nullable: true,
      description: 'Whose.',
      resolve: given(({ principal }) => principal),
    }),
    endedCount: t.int({
      description: 'How many sessions ended.',
      resolve: (outcome) => (outcome.ok ? outcome.value.count : 0),
    }),
  }));

const addSignInLink = (refs: Refs, originOf: () => string) =>
  refs.payload<SignInLink>('CreateSignInLinkPayload', 'The link, shown this once, or a refusal.', (t) => ({
    url: t.string({
      nullable: true,
      description: 'Opens the console for that person, once. `POST /session` takes what follows `#token=`.',
      resolve: given(({ token }) => `${originOf()}/sign-in#token=${token}`),
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when it can be followed.',
      resolve: given(({ expiresAt }) => expiresAt),
    }),
  }));
