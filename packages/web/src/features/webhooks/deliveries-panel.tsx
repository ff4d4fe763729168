import { deliveryStates, type DeliveryState } from '@countersign/shared';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import disclosure from '../../components/disclosure.module.css';
import { formatDate } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { Panel } from '../../components/panel.tsx';
import { Pill } from '../../components/pill.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { WebhookAct } from './webhook-act.tsx';
import { deliveriesOptions, redriveDeliveries, type Delivery, type Webhook } from './webhooks-data.ts';
import entries from '../../components/entries.module.css';
import styles from './webhooks.module.css';

const words: Readonly<Record<DeliveryState, string>> = {
  PENDING: 'Waiting',
  DELIVERED: 'Taken',
  DEAD: 'Given up',
};
const rowHeightPx = 56;

const Row = ({ delivery, name }: { delivery: Delivery; name: string }) => {
  const { id, webhookId, type, state, attempts, error, createdAt, eventId, body } = delivery;
  const tries = `${attempts} ${attempts === 1 ? 'try' : 'tries'}`;
  return (
    <li>
      <div className={entries['who']}>
        <p className={entries['name']}>
          <code>{type}</code>
          <Pill>{words[state]}</Pill>
          <span className="muted">
            to <VisibleText text={name} />
          </span>
        </p>
        <p className={entries['facts']}>
          {formatDate(createdAt)} · {tries}
          {error === null ? null : (
            <>
              {' · '}
              <VisibleText text={error} />
            </>
          )}
        </p>
      </div>
      {state === 'DEAD' ? (
        <WebhookAct
          label="Redrive…"
          title="Try this delivery anew"
          verb="Try anew"
          act={() => redriveDeliveries({ webhookId, deliveryIds: [id] })}
        >
          <p>It is sent with the id it had, before what came after it.</p>
        </WebhookAct>
      ) : null}
      <details className={`${entries['more'] ?? ''} ${disclosure['disclosure'] ?? ''}`}>
        <summary>What is sent</summary>
        <p className={entries['facts']}>
          <code>webhook-id: {eventId}</code>
        </p>
        <JsonView value={JSON.parse(body) as unknown} label={`Body of ${eventId}`} source={body} />
      </details>
    </li>
  );
};

/** What was sent, waits or was given up: the latest 50. */
export const DeliveriesPanel = ({ webhooks }: { webhooks: readonly Webhook[] }) => {
  const [webhookId, setWebhookId] = useState('');
  const [state, setState] = useState<DeliveryState | ''>('');
  const { data, error, refetch } = useQuery(deliveriesOptions(webhookId, state));
  const nameOf = (id: string): string => webhooks.find((webhook) => webhook.id === id)?.name ?? 'a webhook';
  const nodes = data?.webhookDeliveries.nodes;
  return (
    <Panel
      title="Deliveries"
      aside={
        <>
          <Filter
            label="To"
            value={webhookId}
            options={[['', 'All'], ...webhooks.map(({ id, name }) => [id, name] as const)]}
            onChange={setWebhookId}
          />
          <Filter
            label="That are"
            value={state}
            options={[['', 'All'], ...deliveryStates.map((each) => [each, words[each]] as const)]}
            onChange={(value) => setState(deliveryStates.find((each) => each === value) ?? '')}
          />
        </>
      }
      isFlush
    >
      {error && !data ? (
        <ErrorPanel
          title="The deliveries could not be loaded."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : !nodes ? (
        <SkeletonRows count={4} height={rowHeightPx} />
      ) : nodes.length === 0 ? (
        <EmptyState title="Nothing here">What is sent from now on is listed here, with its body.</EmptyState>
      ) : (
        <ul className={entries['list']} aria-label="Deliveries">
          {nodes.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} name={nameOf(delivery.webhookId)} />
          ))}
        </ul>
      )}
    </Panel>
  );
};

const Filter = ({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChange: (value: string) => void;
}) => {
  const id = useId();
  return (
    <span className={styles['filter']}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </span>
  );
};
