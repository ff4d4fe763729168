import { noticeChannels, noticeKinds, type NoticeChannel, type NoticeKind } from '@countersign/shared';
import { useSetting } from './use-setting.ts';
import { setNoticeChoice, type NotificationSettings } from './notifications-data.ts';
import styles from './notifications.module.css';

const kindWords: Readonly<Record<NoticeKind, readonly [name: string, about: string]>> = {
  APPROVAL: ['Approvals', 'A request that you may decide on, its reminders, and when it comes to you later.'],
  QUESTION: ['Questions', 'Somebody who decides asks about a task of yours or of your agents.'],
  ENDED: ['Ends', 'A task of yours or of your agents has ended, whichever way.'],
  ALERT: [
    'Alerts',
    'A lane, a platform or a webhook needs a look, or is well again. For operators and administrators.',
  ],
};

const channelWords: Readonly<Record<NoticeChannel, string>> = {
  SLACK: 'Slack',
  MAIL: 'Mail',
  BROWSER: 'Browser',
};

/** The browser speaks of what waits for a decision, while the console is open in it. */
const isOffered = (kind: NoticeKind, channel: NoticeChannel): boolean =>
  channel !== 'BROWSER' || kind === 'APPROVAL';

/** Asked for on the click that needs it, and never before. */
const permitted = async (channel: NoticeChannel, isOn: boolean): Promise<boolean> =>
  channel !== 'BROWSER' ||
  !isOn ||
  (typeof Notification !== 'undefined' && (await Notification.requestPermission()) === 'granted');

export const ChoicesTable = ({ settings }: { settings: NotificationSettings }) => {
  const { doing, complaint } = useSetting(
    async (choice: { kind: NoticeKind; channel: NoticeChannel; isOn: boolean }) =>
      (await permitted(choice.channel, choice.isOn))
        ? setNoticeChoice(choice)
        : {
            complaint:
              'This browser does not let the console notify you: allow it in the settings of the page.',
          },
  );
  const isOn = (kind: NoticeKind, channel: NoticeChannel): boolean =>
    settings.choices.some((choice) => choice.kind === kind && choice.channel === channel && choice.isOn);
  return (
    <div className={styles['scroller']}>
      <table className={styles['matrix']}>
        <thead>
          <tr>
            <th scope="col">Of what</th>
            {noticeChannels.map((channel) => (
              <th key={channel} scope="col">
                {channelWords[channel]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {noticeKinds.map((kind) => (
            <tr key={kind}>
              <th scope="row">
                {kindWords[kind][0]}
                <span className="muted">{kindWords[kind][1]}</span>
              </th>
              {noticeChannels.map((channel) => (
                <td key={channel}>
                  {isOffered(kind, channel) ? (
                    <input
                      type="checkbox"
                      aria-label={`${kindWords[kind][0]}: ${channelWords[channel]}`}
                      checked={isOn(kind, channel)}
                      onChange={({ currentTarget: { checked } }) =>
                        doing.mutate({ kind, channel, isOn: checked })
                      }
                    />
                  ) : null}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles['complaint']} role="status">
        {complaint ?? ''}
      </p>
    </div>
  );
};
