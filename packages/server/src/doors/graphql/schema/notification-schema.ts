import type { NoticeChoice } from '../../../domain/notice.ts';
import type {
  NoticeSettings,
  NotificationOperations,
  TestedChannel,
} from '../../../modules/notifications/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** What people are told, and where. */
export const addNotificationSchema = (
  builder: Builder,
  refs: Refs,
  operations: NotificationOperations,
): void => {
  const choice = defineType<Omit<NoticeChoice, 'principalId'>>(
    builder,
    'NoticeChoice',
    'Whether somebody hears of something in a channel.',
    {
      kind: [refs.enums.noticeKind, 'Of what.'],
      channel: [refs.enums.noticeChannel, 'Where.'],
      isOn: ['Boolean', 'Whether they do.'],
    },
  );
  const settings = defineType<NoticeSettings>(
    builder,
    'NotificationSettings',
    'What somebody is told, and where: of one thing at one place, Slack before mail.',
    {
      principalId: ['ID', 'Who.'],
      email: ['String', 'Where mail reaches them.', 'nullable'],
      slackUserId: ['String', 'Who they are in Slack.', 'nullable'],
      choices: [[choice], 'Every kind in every channel.'],
      hasMail: ['Boolean', 'Whether this installation can send mail.'],
      hasSlack: ['Boolean', 'Whether it can speak in Slack.'],
      digestMinutes: ['Int', 'How often requests of low risk come together; 0 for at once.'],
    },
  );
  refs.query(operations.notificationSettings, { type: settings });
  const changed = refs.payload<NoticeSettings>(
    'NotificationSettingsPayload',
    'What became of a change.',
    (give) => ({ settings: give(settings, 'As they are now.', (value) => value) }),
  );
  for (const command of [
    operations.setNoticeEmail,
    operations.bindSlackUser,
    operations.linkSlackUser,
    operations.setNoticeChoice,
  ] as const)
    refs.command(command, changed);
  const tested = refs.payload<TestedChannel>('TestNoticePayload', 'What came of a test.', (give, t) => ({
    isSent: t.boolean({
      nullable: true,
      description: 'Whether it was taken; null where nothing was sent.',
      resolve: (outcome) => (outcome.ok ? outcome.value.isSent : null),
    }),
    error: give('String', 'Why it was not.', ({ error }) => error),
  }));
  refs.command(operations.testNotice, tested);
};
