import { z } from 'zod';
import { environments, principalTypes, roles, stepUpFailures } from '../index.ts';
import { count, event, id, moment, names, oneOf, said, text } from './fields.ts';

const principal = { principalId: id('the principal') };
const delegation = {
  principalId: id('who decides'),
  delegationId: id('the delegation'),
  fromId: id('who is away'),
  startsAt: moment('from when'),
  endsAt: moment('until when'),
};
const passkey = { principalId: id('whose it is'), passkeyId: id('the passkey') };
const key = {
  apiKeyId: id('the key'),
  principalId: id('whom it stands for'),
  name: text('its name'),
  prefix: text('how it begins'),
};
const role = z.enum(roles);

/** Who there is, what they may do, and how they come in. */
export const accessEvents = {
  'tenant.created': event('A tenant was added.', { tenantId: id('the tenant'), name: text('its name') }),
  'principal.created': event('A person, an agent or a service was added.', {
    ...principal,
    type: oneOf(principalTypes, 'HUMAN, AGENT or SERVICE'),
    name: text('its name'),
    roles: z.array(role).readonly().describe('what it may do'),
    ownerId: z.uuid().nullable().describe('the person who answers for it, or null'),
  }),
  'principal.roles_changed': event('Its roles were changed.', {
    ...principal,
    roles: z.array(role).readonly().describe('what it may do now'),
    rolesBefore: z.array(role).readonly().describe('what it could do'),
  }),
  'principal.groups_changed': event('It was put into a group of people, or taken out of one.', {
    ...principal,
    groups: names('its groups now'),
    groupsBefore: names('its groups before'),
  }),
  'principal.delegated': event('Somebody decides in the place of somebody who is away.', delegation),
  'principal.delegation_ended': event('A delegation was ended before its time.', delegation),
  'principal.disabled': event('It may not act any more.', principal),
  'principal.enabled': event('It may act again.', principal),
  'principal.slack_linked': event('A Slack user decides as a person from now on, or not any more.', {
    ...principal,
    slackUserId: said('the id of the Slack user'),
  }),
  'group.created': event('A group of people was made.', {
    groupId: id('the group'),
    name: text('its name'),
  }),
  'group.renamed': event('A group of people has another name.', {
    groupId: id('the group'),
    name: text('its name now'),
    nameBefore: text('its name before'),
  }),
  'passkey.added': event('A person added a passkey.', { ...passkey, name: text('how they call it') }),
  'passkey.removed': event('A passkey was removed: nothing is proven with it any more.', {
    ...passkey,
    left: count('how many they have left'),
  }),
  'passkey.step_up_failed': event('What was to be an answer of a passkey did not hold.', {
    principalId: id('whose passkey was asked'),
    passkeyId: id('the passkey that is named').nullable(),
    reason: oneOf(stepUpFailures, 'what was wrong'),
  }),
  'api_key.created': event('An API key was made.', {
    ...key,
    decidesIn: z.array(z.enum(environments)).readonly().describe('the environments where it decides'),
    expiresAt: z.iso.datetime().nullable().describe('until when it works, or null'),
  }),
  'api_key.revoked': event('An API key was revoked.', key),
  'session.started': event('Somebody signed in.', {
    sessionId: id('the session'),
    ...principal,
    expiresAt: moment('until when it lasts'),
  }),
  'session.ended': event('A session ended.', { sessionId: id('the session'), ...principal }),
  'sign_in_link.created': event('A sign-in link was made.', {
    signInLinkId: id('the link'),
    ...principal,
    expiresAt: moment('until when it works'),
  }),
  'sign_in.failed': event(
    'Somebody came with credentials that nobody has, or that have ended; the same within a minute is counted.',
    {
      door: oneOf(['SESSION', 'API'], 'SESSION for a sign-in link, API for a key or a session'),
      count: count('how often, since the last entry of this kind'),
    },
  ),
} as const;
