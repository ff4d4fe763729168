import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { ChoicesTable } from './choices-table.tsx';
import { notificationSettingsOptions } from './notifications-data.ts';
import { PlacesPanel } from './places-panel.tsx';

const rowHeightPx = 56;

const digestWords = (minutes: number): string =>
  minutes === 0
    ? ''
    : ` Requests of low risk come together, every ${minutes === 1 ? 'minute' : `${minutes} minutes`}.`;

/** What one wants to hear of, and where. */
export const NotificationsScreen = () => {
  const { slack: token } = useSearch({ strict: false });
  const { data, error, refetch } = useQuery(notificationSettingsOptions());
  const settings = data?.notificationSettings;
  return (
    <Page
      title="Notifications"
      width={960}
      about={`You are told of one thing at one place: in Slack where you are known there, by mail otherwise.${settings ? digestWords(settings.digestMinutes) : ''}`}
    >
      {error && !settings ? (
        <ErrorPanel title="Your settings could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : settings ? (
        <>
          <PlacesPanel settings={settings} token={token} />
          <Panel title="What you hear of" isFlush>
            <ChoicesTable settings={settings} />
          </Panel>
        </>
      ) : (
        <SkeletonRows count={5} height={rowHeightPx} />
      )}
    </Page>
  );
};
