import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { formatAgo } from '../../components/duration.ts';
import { Notice } from '../../components/notice.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { alertsOptions } from './executors-data.ts';

/** What needs a look now. */
export const AlertsList = () => {
  const { data } = useQuery(alertsOptions());
  const nowMs = useServerNow();
  return data?.alerts.map(({ kind, subject, message, since }) => (
    <Notice key={`${kind} ${subject}`} tone="red" icon={<IconAlertTriangle size={16} />}>
      <VisibleText text={message} /> Since {formatAgo(nowMs - Date.parse(since))}.
    </Notice>
  ));
};
