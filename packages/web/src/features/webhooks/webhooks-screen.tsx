import { useQuery } from '@tanstack/react-query';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { DeliveriesPanel } from './deliveries-panel.tsx';
import { NewWebhook } from './new-webhook.tsx';
import { administersOptions, webhooksOptions } from './webhooks-data.ts';
import { WebhooksList } from './webhooks-list.tsx';

const rowHeightPx = 72;

/** Where events are sent, and what became of them. */
export const WebhooksScreen = () => {
  const { data: who, error, refetch } = useQuery(administersOptions());
  return (
    <Page
      title="Webhooks"
      width={960}
      about="Programs of yours are told what happens: each event at least once and in order, signed as Standard Webhooks say."
    >
      {error && !who ? (
        <ErrorPanel title="The page could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : !who ? (
        <SkeletonRows count={2} height={rowHeightPx} />
      ) : who.viewer.canAdminister ? (
        <WebhooksPanels />
      ) : (
        <p>Only an administrator sees and changes where events are sent.</p>
      )}
    </Page>
  );
};

const WebhooksPanels = () => {
  const { data, error, refetch } = useQuery(webhooksOptions());
  return (
    <>
      <Panel title="Webhooks" aside={data ? <NewWebhook /> : null} isFlush>
        {error && !data ? (
          <ErrorPanel
            title="The webhooks could not be loaded."
            error={error}
            onRetry={() => void refetch()}
          />
        ) : data ? (
          <WebhooksList webhooks={data.webhooks} />
        ) : (
          <SkeletonRows count={2} height={rowHeightPx} />
        )}
      </Panel>
      {data && data.webhooks.length > 0 ? <DeliveriesPanel webhooks={data.webhooks} /> : null}
    </>
  );
};
