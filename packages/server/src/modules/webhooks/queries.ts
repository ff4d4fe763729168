import { deliveryStates, environments, outgoingTypes } from '@countersign/shared';
import { z } from 'zod';
import { accepted, invalidInput, refused } from '../../domain/errors.ts';
import { outgoingFilterFaults } from '../../domain/outgoing-filter.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Webhook } from '../../domain/webhook.ts';
import type { WebhookCounts, WebhookStore } from '../../record/webhook-store.ts';
import { filterId, idList, list, optional, text } from '../inputs.ts';
import { defineQuery } from '../operation.ts';
import { followOutgoing, type OutgoingDependencies } from './outgoing-stream.ts';

/** A webhook with how many of its deliveries stand where. */
export interface WebhookView extends Webhook {
  readonly counts: WebhookCounts;
}

const deliveries = idList('webhookDeliveries');

const none: WebhookCounts = { PENDING: 0, DELIVERED: 0, DEAD: 0 };

export const createWebhookQueries = (
  store: Pick<WebhookStore, 'list' | 'deliveries' | 'countDeliveries'>,
) => ({
  webhooks: defineQuery({
    name: 'webhooks',
    description: 'Where events of your tenant are sent, the oldest first; 20 at most. For administrators.',
    input: z.strictObject({}),
    right: 'ADMINISTER',
    view: async ({ viewer: { tenantId } }) => {
      const found = await store.list(tenantId);
      const counts = await store.countDeliveries(found.map(({ id }) => id));
      return accepted(
        found.map((webhook): WebhookView => ({ ...webhook, counts: counts.get(webhook.id) ?? none })),
      );
    },
  }),
  webhookDeliveries: defineQuery({
    name: 'webhookDeliveries',
    description: 'What was sent, waits to be sent or was given up, the newest first. For administrators.',
    input: z.strictObject({
      webhookId: optional(filterId).describe('To this webhook.'),
      state: optional(z.enum(deliveryStates)).describe('That stand so.'),
      ...deliveries.input,
    }),
    right: 'ADMINISTER',
    view: async ({ viewer: { tenantId } }, { first, after, ...filter }) => {
      const rows = await store.deliveries(tenantId, filter, first + 1, deliveries.after(after));
      return accepted(deliveries.page(rows, first, ({ id }) => id));
    },
  }),
});

export type WebhookQueries = ReturnType<typeof createWebhookQueries>;

const known: readonly string[] = outgoingTypes;

export const createOutgoingQueries = (
  deps: OutgoingDependencies,
  knownPlatforms: () => readonly string[],
) => ({
  outgoingEvents: defineQuery({
    name: 'outgoingEvents',
    description:
      'What webhooks are told (action:completed, approval:pending, health:changed …), live and in the same shapes; each once and in order. Figures have subscriptions of their own: queueUpdated, metricsUpdated.',
    input: z.strictObject({
      after: optional(z.string().meta({ format: 'cursor' })).describe(
        'The cursor of the last event that you have; only what comes next where left out.',
      ),
      types: optional(list(text(50), 50)).describe('Of these alone: names of events.'),
      environments: optional(list(z.enum(environments), 3)).describe('Of these environments alone.'),
      platforms: optional(list(text(100), 50)).describe('Of these platforms alone.'),
    }),
    async view({ viewer }, { after, types = known, environments: places = [], platforms = [] }) {
      const faults = outgoingFilterFaults({ types, platforms }, knownPlatforms());
      if (faults.length > 0) return refused(invalidInput(faults));
      return followOutgoing(deps, sightOf(viewer), after ?? null, { types, environments: places, platforms });
    },
  }),
});

export type OutgoingQueries = ReturnType<typeof createOutgoingQueries>;
