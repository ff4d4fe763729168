import type { WebhookDelivery } from '../../../domain/webhook.ts';
import type {
  MadeWebhook,
  OutgoingQueries,
  PlacedEvent,
  TestedWebhook,
  WebhookCommands,
  WebhookQueries,
  WebhookView,
} from '../../../modules/webhooks/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

type Shown = Omit<WebhookView, 'counts'> & Partial<Pick<WebhookView, 'counts'>>;

/** Where events are sent, and what became of them. */
export const addWebhookSchema = (
  builder: Builder,
  refs: Refs,
  operations: WebhookCommands & WebhookQueries & OutgoingQueries,
): void => {
  addOutgoing(builder, refs, operations);
  const webhook = addWebhookType(builder, refs);
  const delivery = addDeliveryType(builder, refs);
  refs.query(operations.webhooks, { type: [webhook] });
  refs.pages(
    operations.webhookDeliveries,
    refs.connectionOf('WebhookDelivery', delivery, { hasTotalCount: false }),
  );
  const made = refs.payload<MadeWebhook>(
    'WebhookSecretPayload',
    'A webhook with its secret, or a refusal.',
    (give) => ({
      webhook: give(webhook, 'What is kept of it.', (value) => value.webhook),
      secret: give('String', 'What it signs with (whsec_…), shown this once.', ({ secret }) => secret),
    }),
  );
  refs.command(operations.createWebhook, made);
  refs.command(operations.rotateWebhookSecret, made);
  const changed = refs.payload<Shown>('WebhookPayload', 'What became of a webhook.', (give) => ({
    webhook: give(webhook, 'As it is now; as it was, where it was deleted.', (value) => value),
  }));
  refs.command(operations.updateWebhook, changed);
  refs.command(operations.deleteWebhook, changed);
  const tested = refs.payload<TestedWebhook>(
    'TestWebhookPayload',
    'What a webhook said to a test.',
    (give, t) => ({
      webhook: give(webhook, 'The webhook.', (value) => value.webhook),
      isTaken: t.boolean({
        nullable: true,
        description: 'Whether it answered with a 2xx; null where nothing was sent.',
        resolve: (outcome) => (outcome.ok ? outcome.value.answer.kind === 'TAKEN' : null),
      }),
      status: t.int({
        nullable: true,
        description: 'The status of its answer; null where there was none.',
        resolve: (outcome) => (outcome.ok ? outcome.value.answer.status : null),
      }),
      error: t.string({
        nullable: true,
        description: 'Why it was not taken.',
        resolve: (outcome) =>
          outcome.ok && outcome.value.answer.kind === 'NOT_TAKEN' ? outcome.value.answer.error : null,
      }),
    }),
  );
  refs.command(operations.testWebhook, tested);
  const redriven = refs.payload<readonly WebhookDelivery[]>(
    'RedriveDeliveriesPayload',
    'Deliveries that are tried anew, or a refusal.',
    (_give, t) => ({
      deliveries: t.field({
        type: [delivery],
        nullable: true,
        description: 'They wait, in their order.',
        resolve: (outcome) => (outcome.ok ? [...outcome.value] : null),
      }),
    }),
  );
  refs.command(operations.redriveDeliveries, redriven);
};

const addWebhookType = (builder: Builder, refs: Refs) =>
  defineType<Shown>(
    builder,
    'Webhook',
    'An address that is told what happens. Its secret is never told again.',
    {
      id: ['ID', 'Its UUID.'],
      name: ['String', 'What it is for.'],
      url: ['String', 'Where events are posted.'],
      types: [['String'], 'Names of the events.'],
      environments: [[refs.enums.environment], 'Of these alone; of all where empty.'],
      platforms: [['String'], 'Of these alone; of all where empty.'],
      bothUntil: ['DateTime', 'Until when the secret before signs too.', 'nullable'],
      failingSince: [
        'DateTime',
        'Since when it has taken nothing; null where it took what was sent last.',
        'nullable',
      ],
      disabledAt: ['DateTime', 'Since when nothing is sent to it.', 'nullable'],
      disabledReason: ['String', 'Why.', 'nullable'],
      createdAt: ['DateTime', 'When it was made.'],
    },
    (t) => ({
      pending: t.int({
        nullable: true,
        description: 'Deliveries that wait; null in answers to commands.',
        resolve: ({ counts }) => counts?.PENDING ?? null,
      }),
      dead: t.int({
        nullable: true,
        description: 'Deliveries that were given up; null in answers to commands.',
        resolve: ({ counts }) => counts?.DEAD ?? null,
      }),
    }),
  );

const addDeliveryType = (builder: Builder, refs: Refs) =>
  defineType<WebhookDelivery>(builder, 'WebhookDelivery', 'One event for one webhook.', {
    id: ['ID', 'Its UUID.'],
    webhookId: ['ID', 'The webhook.'],
    eventId: ['String', 'The header webhook-id: the same at each try.'],
    type: ['String', 'The name of the event.'],
    body: ['String', 'What is posted, byte for byte.'],
    state: [refs.enums.deliveryState, 'Where it stands.'],
    attempts: ['Int', 'How often it was tried.'],
    nextAttemptAt: ['DateTime', 'When it is tried next, while it waits.'],
    status: ['Int', 'The status of the last answer; null where there was none.', 'nullable'],
    error: ['String', 'Why it was not taken.', 'nullable'],
    createdAt: ['DateTime', 'When it was made.'],
    settledAt: ['DateTime', 'When it was taken or given up.', 'nullable'],
  });

const addOutgoing = (builder: Builder, refs: Refs, { outgoingEvents }: OutgoingQueries): void => {
  const event = defineType<PlacedEvent>(
    builder,
    'OutgoingEvent',
    'What webhooks are told, as docs/reference/webhooks.md has it.',
    {
      id: ['ID', 'Of this event alone; the header webhook-id of its delivery.'],
      type: ['String', 'Its name: action:completed.'],
      at: ['DateTime', 'When it happened.'],
      cursor: ['Cursor', 'Its place: give it as `after` to go on behind it.'],
      data: ['JSON', 'What it carries, by its name.'],
    },
  );
  refs.stream(outgoingEvents, event);
};
