import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { graphql } from '../../graphql/graphql.ts';

const Administers = graphql(`
  query AdministersWebhooks {
    viewer {
      canAdminister
    }
  }
`);
export const administersOptions = () => documentOptions(Administers, {});

/** Asked again while the page is looked at: that something was taken or given up is no event of ours. */
const lookEveryMs = 5_000;

const Webhooks = graphql(`
  query Webhooks {
    webhooks {
      id
      name
      url
      types
      environments
      platforms
      failingSince
      disabledAt
      disabledReason
      bothUntil
      pending
      dead
    }
  }
`);
export type Webhook = ResultOf<typeof Webhooks>['webhooks'][number];
export const webhooksOptions = () => ({
  ...documentOptions(Webhooks, {}, { refetchOn: ['webhook.'] }),
  refetchInterval: lookEveryMs,
});

const Deliveries = graphql(`
  query WebhookDeliveries($webhookId: ID, $state: DeliveryState) {
    webhookDeliveries(webhookId: $webhookId, state: $state, first: 50) {
      nodes {
        id
        webhookId
        eventId
        type
        body
        state
        attempts
        nextAttemptAt
        status
        error
        createdAt
      }
    }
  }
`);
export type Delivery = ResultOf<typeof Deliveries>['webhookDeliveries']['nodes'][number];
export const deliveriesOptions = (webhookId: string, state: Delivery['state'] | '') => ({
  ...documentOptions(
    Deliveries,
    { webhookId: webhookId || null, state: state || null },
    { refetchOn: ['webhook.', 'step.', 'approval.'] },
  ),
  refetchInterval: lookEveryMs,
});

export const createWebhook = actOf(
  graphql(`
    mutation CreateWebhook($input: CreateWebhookInput!) {
      createWebhook(input: $input) {
        secret
        refusal {
          message
        }
      }
    }
  `),
);

export const rotateWebhookSecret = actOf(
  graphql(`
    mutation RotateWebhookSecret($input: RotateWebhookSecretInput!) {
      rotateWebhookSecret(input: $input) {
        secret
        refusal {
          message
        }
      }
    }
  `),
);

export const updateWebhook = actOf(
  graphql(`
    mutation UpdateWebhook($input: UpdateWebhookInput!) {
      updateWebhook(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const deleteWebhook = actOf(
  graphql(`
    mutation DeleteWebhook($input: DeleteWebhookInput!) {
      deleteWebhook(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const redriveDeliveries = actOf(
  graphql(`
    mutation RedriveDeliveries($input: RedriveDeliveriesInput!) {
      redriveDeliveries(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

const Test = graphql(`
  mutation TestWebhook($input: TestWebhookInput!) {
    testWebhook(input: $input) {
      isTaken
      status
      error
      refusal {
        message
      }
    }
  }
`);

/** What the address said, in a sentence. */
export const testWebhook = async (webhookId: string): Promise<string> => {
  const { testWebhook: tested } = await execute(Test, { input: { webhookId } });
  if (tested.refusal) return tested.refusal.message;
  return tested.isTaken ? `Taken: it answered ${tested.status}.` : `Not taken. ${tested.error ?? ''}`;
};
