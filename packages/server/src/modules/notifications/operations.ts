import { noticeChannels, noticeKinds } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Caller } from '../../domain/principal.ts';
import { id, optional, text } from '../inputs.ts';
import { defineCommand, defineQuery } from '../operation.ts';
import {
  bindSlackBy,
  linkSlackBy,
  setChoiceBy,
  setEmailBy,
  settingsOf,
  type ContactDependencies,
} from './contacts.ts';
import type { SendMail } from './mail.ts';
import type { SlackCall } from './slack-client.ts';

export interface NotificationDependencies extends ContactDependencies {
  readonly sendMail: () => SendMail | null;
  readonly slack: () => SlackCall | null;
  readonly origin: () => string;
}

/** What became of a test in one channel. */
export interface TestedChannel {
  readonly isSent: boolean;
  /** Why not. */
  readonly error: string | null;
}

const principalId = id.describe('Who, by their UUID: yourself, or as an administrator anybody.');
const channel = z.enum(noticeChannels);

const emailInput = z
  .strictObject({
    principalId,
    email: z.email().max(254).nullish().describe('Where mail reaches them; null for nowhere.'),
  })
  .meta({ id: 'SetNoticeEmailInput', description: 'Where somebody gets mail.' });

const bindInput = z
  .strictObject({
    principalId,
    slackUserId: z
      .string()
      .regex(/^[UW][A-Z0-9]{2,20}$/, 'must be the id of a Slack user: U0123456789')
      .nullish()
      .describe('The id that Slack shows in their profile; null unbinds.'),
  })
  .meta({ id: 'BindSlackUserInput', description: 'Who somebody is in Slack.' });

const linkInput = z
  .strictObject({ token: text(2_000).describe('What the link from Slack carries.') })
  .meta({ id: 'LinkSlackUserInput', description: 'That you are who pressed a button in Slack.' });

const choiceInput = z
  .strictObject({
    kind: z.enum(noticeKinds).describe('Of what.'),
    channel: channel.describe('Where.'),
    isOn: z.boolean().describe('Whether you want to hear of it there.'),
  })
  .meta({ id: 'SetNoticeChoiceInput', description: 'What you want to hear of, and where.' });

const testInput = z
  .strictObject({ channel: channel.describe('SLACK or MAIL.') })
  .meta({ id: 'TestNoticeInput', description: 'Where to try.' });

export const createNotificationOperations = (deps: NotificationDependencies) => ({
  notificationSettings: defineQuery({
    name: 'notificationSettings',
    description: 'What somebody is told and where: yourself, or as an administrator anybody of your tenant.',
    input: z.strictObject({ principalId: optional(id).describe('Who; yourself where left out.') }),
    view: async ({ viewer }, { principalId: who = viewer.id }) =>
      who !== viewer.id && !viewer.roles.includes('ADMIN')
        ? refused(refusal('AUTHORIZATION_FAILED', 'Only an administrator sees where others are told.'))
        : accepted(await settingsOf(deps, viewer.tenantId, who)),
  }),
  setNoticeEmail: defineCommand({
    name: 'setNoticeEmail',
    description: 'Says where somebody gets mail of what waits for them.',
    input: emailInput,
    run: ({ viewer }, input) => setEmailBy(deps, viewer, input.principalId, input.email ?? null),
  }),
  bindSlackUser: defineCommand({
    name: 'bindSlackUser',
    description:
      'Says who somebody is in Slack, so that they are told and decide there. What they decide so carries your hand: it counts for neither of you where you may not decide. Asks for an administrator; anybody unbinds themselves.',
    input: bindInput,
    run: ({ viewer }, input) => bindSlackBy(deps, viewer, input.principalId, input.slackUserId ?? null),
  }),
  linkSlackUser: defineCommand({
    name: 'linkSlackUser',
    description:
      'Links your Slack account with the link that Slack showed to you alone; it works for 15 minutes.',
    input: linkInput,
    run: ({ viewer }, { token }) => linkSlackBy(deps, viewer, token),
  }),
  setNoticeChoice: defineCommand({
    name: 'setNoticeChoice',
    description: 'Says whether you want to hear of something in a channel.',
    input: choiceInput,
    run: ({ viewer }, input) => setChoiceBy(deps, viewer, input),
  }),
  testNotice: defineCommand({
    name: 'testNotice',
    description: 'Sends you a message of no meaning, at once, and tells what came of it.',
    input: testInput,
    run: ({ viewer }, input) => testBy(deps, viewer, input.channel),
  }),
});

export type NotificationOperations = ReturnType<typeof createNotificationOperations>;

const testBy = async (
  deps: NotificationDependencies,
  viewer: Caller,
  where: (typeof noticeChannels)[number],
): Promise<Outcome<TestedChannel>> => {
  const [contact] = await deps.notices.contacts(viewer.tenantId, [viewer.id]);
  const [slack, sendMail] = [deps.slack(), deps.sendMail()];
  const told = `A test for ${viewer.name}: this is where Countersign tells you what waits for you.`;
  try {
    if (where === 'SLACK' && slack && contact?.slackUserId)
      await slack('chat.postMessage', { channel: contact.slackUserId, text: told });
    else if (where === 'MAIL' && sendMail && contact?.email)
      await sendMail(contact.email, 'A test of Countersign', told);
    else
      return refused(
        refusal(
          'NOT_IN_THIS_STATE',
          'Nobody knows where you are in this channel, or it is not configured here.',
        ),
      );
    return accepted({ isSent: true, error: null });
  } catch (error) {
    return accepted({
      isSent: false,
      error: error instanceof Error ? error.message.slice(0, 300) : 'It failed.',
    });
  }
};
