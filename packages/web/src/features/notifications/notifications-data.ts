import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { graphql } from '../../graphql/graphql.ts';

const Settings = graphql(`
  query NotificationSettings {
    notificationSettings {
      principalId
      email
      slackUserId
      hasMail
      hasSlack
      digestMinutes
      choices {
        kind
        channel
        isOn
      }
    }
  }
`);
export type NotificationSettings = ResultOf<typeof Settings>['notificationSettings'];

export const notificationSettingsOptions = () =>
  documentOptions(Settings, {}, { refetchOn: ['principal.slack_linked'] });

export const setNoticeChoice = actOf(
  graphql(`
    mutation SetNoticeChoice($input: SetNoticeChoiceInput!) {
      setNoticeChoice(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const setNoticeEmail = actOf(
  graphql(`
    mutation SetNoticeEmail($input: SetNoticeEmailInput!) {
      setNoticeEmail(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const unbindSlackUser = actOf(
  graphql(`
    mutation UnbindSlackUser($input: BindSlackUserInput!) {
      bindSlackUser(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const linkSlackUser = actOf(
  graphql(`
    mutation LinkSlackUser($input: LinkSlackUserInput!) {
      linkSlackUser(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

const Test = graphql(`
  mutation TestNotice($input: TestNoticeInput!) {
    testNotice(input: $input) {
      isSent
      error
      refusal {
        message
      }
    }
  }
`);

/** What came of it, in a sentence. */
export const testNotice = async (channel: 'SLACK' | 'MAIL'): Promise<string> => {
  const { testNotice: tested } = await execute(Test, { input: { channel } });
  if (tested.refusal) return tested.refusal.message;
  return tested.isSent ? 'Sent: look there.' : `Not sent. ${tested.error ?? ''}`;
};
