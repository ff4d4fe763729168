import type { Principal } from '../../../domain/principal.ts';
import type { AccessCommands, EndedSessions, SignInLink } from '../../../modules/access/index.ts';
import type { Refs } from './refs.ts';

/** What becomes of people, agents and services that are there already. */
export const addPeopleMutations = (refs: Refs, commands: AccessCommands, originOf: () => string): void => {
  const changed = (name: string, description: string) =>
    refs.payload<Principal>(name, description, (give) => ({
      principal: give(refs.principal, 'As it is now.', (principal) => principal),
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
  refs.payload<EndedSessions>('EndSessionsPayload', 'Whose sessions ended, or a refusal.', (give, t) => ({
    principal: give(refs.principal, 'Whose.', ({ principal }) => principal),
    endedCount: t.int({
      description: 'How many sessions ended.',
      resolve: (outcome) => (outcome.ok ? outcome.value.count : 0),
    }),
  }));

const addSignInLink = (refs: Refs, originOf: () => string) =>
  refs.payload<SignInLink>('CreateSignInLinkPayload', 'The link, shown this once, or a refusal.', (give) => ({
    url: give(
      'String',
      'Opens the console for that person, once. `POST /session` takes what follows `#token=`.',
      ({ token }) => `${originOf()}/sign-in#token=${token}`,
    ),
    expiresAt: give('DateTime', 'Until when it can be followed.', ({ expiresAt }) => expiresAt),
  }));
