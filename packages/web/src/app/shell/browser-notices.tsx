import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { formatCount } from '../../components/count.ts';
import { needsMeOptions } from '../../features/approvals/inbox/needs-me.ts';
import { notificationSettingsOptions } from '../../features/notifications/notifications-data.ts';

const wordsOf = (count: number): string =>
  count === 1
    ? 'A request waits for your decision.'
    : `${formatCount(count)} requests wait for your decision.`;

/** Where the user asked for it, the browser says that more waits for them than before, while they look elsewhere. */
export const BrowserNotices = () => {
  const { data: settings } = useQuery(notificationSettingsOptions());
  const { data } = useQuery(needsMeOptions());
  const isOn =
    settings?.notificationSettings.choices.some(
      ({ kind, channel, isOn: wanted }) => kind === 'APPROVAL' && channel === 'BROWSER' && wanted,
    ) ?? false;
  const count = data?.approvals.totalCount;
  const shown = useRef(count);
  useEffect(() => {
    const before = shown.current;
    shown.current = count;
    if (!isOn || before === undefined || count === undefined || count <= before || !document.hidden) return;
    const notice = new Notification('Countersign', { body: wordsOf(count), tag: 'countersign-approvals' });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
  }, [count, isOn]);
  return null;
};
