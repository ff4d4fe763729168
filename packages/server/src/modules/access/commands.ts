import { environments, principalTypes, roles } from '@countersign/shared';
import { z } from 'zod';
import { id, instant, many, optional } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import { makerOf } from './access-events.ts';
import { changeMembers, createGroup, renameGroup, type GroupsDependencies } from './groups.ts';
import { issueApiKey, revokeApiKey, type ApiKeysDependencies } from './api-keys.ts';
import { disablePrincipal, enablePrincipal, endSessions, setRoles } from './principal-changes.ts';
import { createPrincipal } from './principals.ts';
import { offerSignInLink } from './sign-in.ts';

const newPrincipal = z
  .strictObject({
    type: z.enum(principalTypes).describe('What kind of identity it is.'),
    name: z.string().describe('1 to 100 visible characters, one of a kind in the tenant.'),
    roles: z
      .array(z.enum(roles))
      .describe('What it may do, at least one. Only a HUMAN can be an APPROVER, and no AGENT an ADMIN.'),
    ownerId: optional(id).describe(
      'The HUMAN who answers for it: an AGENT and a SERVICE need one, a HUMAN has none.',
    ),
  })
  .meta({ id: 'CreatePrincipalInput', description: 'A new identity in your tenant.' });

const newApiKey = z
  .strictObject({
    principalId: id.describe('Whom it stands for.'),
    name: z.string().describe('What it is for: 1 to 100 visible characters.'),
    expiresAt: optional(instant).describe('When it stops working; never by itself where left out.'),
    decidesIn: optional(z.array(z.enum(environments))).describe(
      'Where the key of a person decides: in DEVELOPMENT and STAGING where left out, since people decide by signing in; empty for nowhere. Nobody else decides.',
    ),
  })
  .meta({ id: 'CreateApiKeyInput', description: 'A new key for a principal.' });

const apiKey = z
  .strictObject({ apiKeyId: id.describe('Its UUID.') })
  .meta({ id: 'RevokeApiKeyInput', description: 'Which key to revoke.' });

const principalId = id.describe('Its UUID.');
const somebody = (name: string, description: string) =>
  z.strictObject({ principalId }).meta({ id: name, description });

const newRoles = z
  .strictObject({
    principalId,
    roles: z
      .array(z.enum(roles))
      .describe('All its roles, at least one. Only a HUMAN can be an APPROVER or an ADMIN.'),
  })
  .meta({ id: 'SetRolesInput', description: 'What somebody may do from now on.' });

const newGroup = z
  .strictObject({
    name: z
      .string()
      .describe('1 to 100 visible characters, one of a kind in the tenant; policy names it so.'),
  })
  .meta({ id: 'CreateGroupInput', description: 'A new group of people.' });

const members = (name: string, description: string) =>
  z
    .strictObject({
      groupId: id.describe('The group, by its UUID.'),
      principalIds: many(id).describe('People of your tenant, by their UUIDs; at most 200.'),
    })
    .meta({ id: name, description });

export const createAccessCommands = (deps: ApiKeysDependencies & GroupsDependencies) => ({
  ...commandsOfGroups(deps),
  ...commandsOfKeys(deps),
  ...commandsOfPeople(deps),
});

export type AccessCommands = ReturnType<typeof createAccessCommands>;

const commandsOfGroups = (deps: GroupsDependencies) => ({
  createGroup: defineCommand({
    name: 'createGroup',
    description:
      'Makes a group of people, whose approval policy can ask for by its name. Asks for an administrator.',
    input: newGroup,
    right: 'ADMINISTER',
    run: ({ viewer }, { name }) => createGroup(deps, viewer, name),
  }),
  renameGroup: defineCommand({
    name: 'renameGroup',
    description:
      'Gives a group another name, with all its members. Refused while tasks that it was asked about have not ended: policy and approvals name a group by its name, so change policy as well. Asks for an administrator.',
    input: z
      .strictObject({
        groupId: id.describe('The group, by its UUID.'),
        name: z.string().describe('1 to 100 visible characters, one of a kind in the tenant.'),
      })
      .meta({ id: 'RenameGroupInput', description: 'A group and its new name.' }),
    right: 'ADMINISTER',
    run: ({ viewer }, { groupId, name }) => renameGroup(deps, viewer, groupId, name),
  }),
  addGroupMembers: defineCommand({
    name: 'addGroupMembers',
    description:
      'Puts people into a group. They decide as its members from now on, also on what is open already. Asks for an administrator.',
    input: members('AddGroupMembersInput', 'Who joins which group.'),
    right: 'ADMINISTER',
    run: ({ viewer }, { groupId, principalIds }) => changeMembers(deps, viewer, groupId, principalIds, 'ADD'),
  }),
  removeGroupMembers: defineCommand({
    name: 'removeGroupMembers',
    description:
      'Takes people out of a group. Approvals that they gave as its members, and that have not taken effect, count no longer. Asks for an administrator.',
    input: members('RemoveGroupMembersInput', 'Who leaves which group.'),
    right: 'ADMINISTER',
    run: ({ viewer }, { groupId, principalIds }) =>
      changeMembers(deps, viewer, groupId, principalIds, 'REMOVE'),
  }),
});

const commandsOfKeys = (deps: ApiKeysDependencies) => ({
  createApiKey: defineCommand({
    name: 'createApiKey',
    description: 'Makes a key for a principal of your tenant. Asks for an administrator.',
    input: newApiKey,
    right: 'ADMINISTER',
    run: ({ viewer }, input) => issueApiKey(deps, makerOf(viewer), input),
  }),
  revokeApiKey: defineCommand({
    name: 'revokeApiKey',
    description: 'Ends a key: the next call with it is turned away. Revoking it again changes nothing.',
    input: apiKey,
    right: 'ADMINISTER',
    run: ({ viewer }, { apiKeyId }) => revokeApiKey(deps, viewer, apiKeyId),
  }),
});

const commandsOfPeople = (deps: ApiKeysDependencies) => ({
  createPrincipal: defineCommand({
    name: 'createPrincipal',
    description: 'Adds a person, an agent or a service to your tenant. Asks for an administrator.',
    input: newPrincipal,
    right: 'ADMINISTER',
    run: ({ viewer }, input) => createPrincipal(deps, viewer, input),
  }),
  setRoles: defineCommand({
    name: 'setRoles',
    description:
      'Replaces the roles of a principal; its sockets begin anew. Asks for an administrator, and leaves the tenant with one.',
    input: newRoles,
    right: 'ADMINISTER',
    run: ({ viewer }, input) => setRoles(deps, viewer, input.principalId, input.roles),
  }),
  disablePrincipal: defineCommand({
    name: 'disablePrincipal',
    description:
      'Keeps a principal from acting: its sessions end, its keys and links are turned away, its votes count no longer. What it did keeps its name. Asks for an administrator, and leaves the tenant with one.',
    input: somebody('DisablePrincipalInput', 'Who may not act any more.'),
    right: 'ADMINISTER',
    run: ({ viewer }, whom) => disablePrincipal(deps, viewer, whom.principalId),
  }),
  enablePrincipal: defineCommand({
    name: 'enablePrincipal',
    description:
      'Lets a disabled principal act again. Keys that were not revoked work again; people sign in anew. Asks for an administrator.',
    input: somebody('EnablePrincipalInput', 'Who may act again.'),
    right: 'ADMINISTER',
    run: ({ viewer }, whom) => enablePrincipal(deps, viewer, whom.principalId),
  }),
  // Of oneself they need no right; of others each asks for an administrator by itself.
  endSessions: defineCommand({
    name: 'endSessions',
    description:
      'Signs a person out everywhere; links that they have not followed yet open nothing any more. Your own sessions, or as an administrator those of others.',
    input: somebody('EndSessionsInput', 'Whose sessions end.'),
    run: ({ viewer }, whom) => endSessions(deps, viewer, whom.principalId),
  }),
  createSignInLink: defineCommand({
    name: 'createSignInLink',
    description:
      'A link with which a person signs in, once, within 15 minutes. For yourself from your own session, or as an administrator for others: your own vote then never stands beside theirs.',
    input: somebody('CreateSignInLinkInput', 'Who signs in.'),
    run: ({ viewer }, whom) => offerSignInLink(deps, viewer, whom.principalId),
  }),
});
