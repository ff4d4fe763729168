import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Panel } from '../../components/panel.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { asRequestFailure } from '../../graphql/request-error.ts';
import {
  linkSlackUser,
  setNoticeEmail,
  testNotice,
  unbindSlackUser,
  type NotificationSettings,
} from './notifications-data.ts';
import styles from './notifications.module.css';
import { useSetting } from './use-setting.ts';

const Said = ({ text }: { text: string | null | undefined }) => (
  <p className={styles['complaint']} role="status">
    {text ? <VisibleText text={text} /> : ''}
  </p>
);

const Test = ({ channel }: { channel: 'SLACK' | 'MAIL' }) => {
  const testing = useMutation({
    mutationFn: () => testNotice(channel),
    networkMode: 'always',
    retry: false,
  });
  return (
    <>
      <Button size="small" isBusy={testing.isPending} onClick={() => testing.mutate()}>
        Send a test
      </Button>
      <Said text={testing.data ?? (testing.error ? asRequestFailure(testing.error).message : null)} />
    </>
  );
};

const MailPlace = ({ settings }: { settings: NotificationSettings }) => {
  const [email, setEmail] = useState(settings.email ?? '');
  const { doing, complaint } = useSetting((value: string) =>
    setNoticeEmail({ principalId: settings.principalId, email: value.trim() || null }),
  );
  return (
    <form
      className={styles['place']}
      onSubmit={(event) => {
        event.preventDefault();
        doing.mutate(email);
      }}
    >
      <TextInput
        className={styles['field'] ?? ''}
        type="email"
        label="Mail"
        description={settings.hasMail ? undefined : 'No mail server is configured here.'}
        value={email}
        maxLength={254}
        autoComplete="email"
        onChange={({ currentTarget }) => setEmail(currentTarget.value)}
      />
      <Button type="submit" size="small" isBusy={doing.isPending}>
        Save
      </Button>
      {settings.hasMail && settings.email !== null ? <Test channel="MAIL" /> : null}
      <Said text={complaint} />
    </form>
  );
};

const SlackPlace = ({ settings, token }: { settings: NotificationSettings; token: string | undefined }) => {
  const unlinking = useSetting(() =>
    unbindSlackUser({ principalId: settings.principalId, slackUserId: null }),
  );
  const linking = useSetting((given: string) => linkSlackUser({ token: given }));
  const isLinkable = token !== undefined && settings.slackUserId === null;
  return (
    <div className={styles['place']}>
      <div className={styles['field']}>
        <p>Slack</p>
        <p className="muted">
          {settings.slackUserId !== null ? (
            <>
              You are <code>{settings.slackUserId}</code> there.
            </>
          ) : isLinkable ? (
            'Slack says that this is you: link it, and your presses there are your decisions.'
          ) : settings.hasSlack ? (
            'Press a button of ours in Slack and follow the link that you get there.'
          ) : (
            'Slack is not configured here.'
          )}
        </p>
      </div>
      {isLinkable ? (
        <Button
          look="primary"
          size="small"
          isBusy={linking.doing.isPending}
          onClick={() => linking.doing.mutate(token)}
        >
          Link my Slack account
        </Button>
      ) : null}
      {settings.slackUserId === null ? null : (
        <>
          <Button
            size="small"
            isBusy={unlinking.doing.isPending}
            onClick={() => unlinking.doing.mutate(undefined)}
          >
            Unlink
          </Button>
          {settings.hasSlack ? <Test channel="SLACK" /> : null}
        </>
      )}
      <Said text={linking.complaint ?? unlinking.complaint} />
    </div>
  );
};

/** Where one is reached. */
export const PlacesPanel = ({
  settings,
  token,
}: {
  settings: NotificationSettings;
  token: string | undefined;
}) => (
  <Panel title="Where you are reached">
    <div className={styles['places']}>
      <SlackPlace settings={settings} token={token} />
      <MailPlace settings={settings} />
    </div>
  </Panel>
);
