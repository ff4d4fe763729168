import { IconWebhook } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Pill } from '../../components/pill.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { WebhookAct } from './webhook-act.tsx';
import {
  deleteWebhook,
  redriveDeliveries,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
  type Webhook,
} from './webhooks-data.ts';
import entries from '../../components/entries.module.css';

const standOf = ({ disabledAt, failingSince }: Webhook): string | null =>
  disabledAt !== null ? 'Off' : failingSince !== null ? 'Not taking' : null;

const countsOf = ({ pending, dead, types }: Webhook): string =>
  [
    `${types.length} ${types.length === 1 ? 'event' : 'events'}`,
    pending ? `${pending} waiting` : null,
    dead ? `${dead} given up` : null,
  ]
    .filter((word) => word !== null)
    .join(' · ');

interface ActsProps {
  readonly webhook: Webhook;
  readonly isTesting: boolean;
  readonly onTest: () => void;
}

const Acts = ({ webhook, isTesting, onTest }: ActsProps) => {
  const { id: webhookId, name, disabledAt, dead } = webhook;
  return (
    <div className={entries['acts']}>
      <Button size="small" isBusy={isTesting} onClick={onTest}>
        Test
      </Button>
      {dead ? (
        <WebhookAct
          label="Redrive…"
          title={`Try ${dead} deliveries to ${name} anew`}
          verb="Try anew"
          act={() => redriveDeliveries({ webhookId })}
        >
          <p>Each is sent with the id it had, in order, as often as at first.</p>
        </WebhookAct>
      ) : null}
      <WebhookAct
        label="Rotate secret…"
        title={`Another secret for ${name}`}
        verb="Make another secret"
        act={() => rotateWebhookSecret({ webhookId })}
      >
        <p>For a day both secrets sign, so that whoever listens can change theirs at leisure.</p>
      </WebhookAct>
      <WebhookAct
        label={disabledAt === null ? 'Switch off…' : 'Switch on…'}
        title={disabledAt === null ? `Send nothing to ${name}` : `Go on with ${name}`}
        verb={disabledAt === null ? 'Switch off' : 'Switch on'}
        act={() => updateWebhook({ webhookId, isEnabled: disabledAt !== null })}
      >
        <p>
          {disabledAt === null
            ? 'What happens meanwhile is sent once you switch it on again.'
            : 'It goes on where it stopped, with all that happened meanwhile.'}
        </p>
      </WebhookAct>
      <WebhookAct
        label="Delete…"
        title={`Delete ${name}`}
        verb="Delete"
        isDanger
        act={() => deleteWebhook({ webhookId })}
      >
        <p>Nothing is sent there any more, and its deliveries are gone with it.</p>
      </WebhookAct>
    </div>
  );
};

/** A test sends one at once; what came of it is said below, where it moves nothing that one may press next. */
const Entry = ({ webhook }: { webhook: Webhook }) => {
  const testing = useMutation({
    mutationFn: () => testWebhook(webhook.id),
    networkMode: 'always',
    retry: false,
  });
  const words = testing.data ?? (testing.error ? asRequestFailure(testing.error).message : '');
  const stand = standOf(webhook);
  return (
    <li data-disabled={webhook.disabledAt !== null || undefined}>
      <div className={entries['who']}>
        <p className={entries['name']}>
          <VisibleText text={webhook.name} />
          {stand === null ? null : <Pill>{stand}</Pill>}
        </p>
        <p className={entries['facts']}>
          <VisibleText text={webhook.url} />
        </p>
        <p className={entries['facts']}>
          {countsOf(webhook)}
          {webhook.disabledReason === null ? null : (
            <>
              {' · '}
              <VisibleText text={webhook.disabledReason} />
            </>
          )}
        </p>
      </div>
      <Acts webhook={webhook} isTesting={testing.isPending} onTest={() => testing.mutate()} />
      <p className={`${entries['facts'] ?? ''} ${entries['more'] ?? ''}`} role="status">
        {words === '' ? null : <VisibleText text={words} />}
      </p>
    </li>
  );
};

export const WebhooksList = ({ webhooks }: { webhooks: readonly Webhook[] }) => {
  if (webhooks.length === 0)
    return (
      <EmptyState icon={<IconWebhook size={20} aria-hidden />} title="No webhook yet">
        Make one, and programs of yours are told what happens, signed and in order.
      </EmptyState>
    );
  return (
    <ul className={entries['list']} aria-label="Webhooks">
      {webhooks.map((webhook) => (
        <Entry key={webhook.id} webhook={webhook} />
      ))}
    </ul>
  );
};
