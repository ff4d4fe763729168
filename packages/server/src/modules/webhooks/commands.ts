import { environments } from '@countersign/shared';
import { z } from 'zod';
import { id, list, optional, text } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import {
  createBy,
  deleteBy,
  redriveBy,
  rotateBy,
  testBy,
  updateBy,
  type ChangeWebhookDependencies,
} from './change-webhooks.ts';

const name = text(100).describe('What it is for.');
const url = text(2_000).describe(
  'Where events are posted. It is called as http.request is: inside the network only where configuration allows it.',
);
const types = list(text(50), 50).describe(
  'Names of events: action:completed. docs/reference/webhooks.md has all.',
);
const environmentsOf = list(z.enum(environments), 3).describe(
  'Of these environments alone; of all where empty. What has no environment is sent anyway.',
);
const platformsOf = list(text(100), 50).describe(
  'Of these platforms alone; of all where empty. What has no platform is sent anyway.',
);

const createInput = z
  .strictObject({
    name,
    url,
    types,
    environments: optional(environmentsOf),
    platforms: optional(platformsOf),
  })
  .meta({ id: 'CreateWebhookInput', description: 'Where to send which events.' });

const webhookId = id.describe('The webhook, by its UUID.');

const updateInput = z
  .strictObject({
    webhookId,
    name: optional(name),
    url: optional(url),
    types: optional(types),
    environments: optional(environmentsOf),
    platforms: optional(platformsOf),
    isEnabled: optional(z.boolean()).describe(
      'False sends nothing more; true goes on, with all that happened meanwhile.',
    ),
  })
  .meta({ id: 'UpdateWebhookInput', description: 'What to change of a webhook; the rest stays.' });

const one = (inputName: string, description: string) =>
  z.strictObject({ webhookId }).meta({ id: inputName, description });

const redriveInput = z
  .strictObject({
    webhookId,
    deliveryIds: optional(list(id, 200)).describe('Which deliveries; all that were given up where left out.'),
  })
  .meta({ id: 'RedriveDeliveriesInput', description: 'Which deliveries to try anew.' });

const given = <Value extends object>(value: Value) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };

export const createWebhookCommands = (deps: ChangeWebhookDependencies) => ({
  createWebhook: defineCommand({
    name: 'createWebhook',
    description:
      'Has events sent to an address from now on, signed as Standard Webhooks say, in order and at least once. Its secret is shown this once. Asks for an administrator.',
    input: createInput,
    right: 'ADMINISTER',
    run: ({ viewer }, input) =>
      createBy(deps, viewer, {
        ...input,
        environments: input.environments ?? [],
        platforms: input.platforms ?? [],
      }),
  }),
  updateWebhook: defineCommand({
    name: 'updateWebhook',
    description: 'Changes a webhook, switches it off or lets it go on. Asks for an administrator.',
    input: updateInput,
    right: 'ADMINISTER',
    run: ({ viewer }, { webhookId: which, ...wanted }) => updateBy(deps, viewer, which, given(wanted)),
  }),
  rotateWebhookSecret: defineCommand({
    name: 'rotateWebhookSecret',
    description:
      'Gives a webhook another secret, shown this once. For a day the one before signs too. Asks for an administrator.',
    input: one('RotateWebhookSecretInput', 'Which webhook gets another secret.'),
    right: 'ADMINISTER',
    run: ({ viewer }, input) => rotateBy(deps, viewer, input.webhookId),
  }),
  deleteWebhook: defineCommand({
    name: 'deleteWebhook',
    description: 'Sends nothing there any more, what waits included. Asks for an administrator.',
    input: one('DeleteWebhookInput', 'Which webhook to delete.'),
    right: 'ADMINISTER',
    run: ({ viewer }, input) => deleteBy(deps, viewer, input.webhookId),
  }),
  testWebhook: defineCommand({
    name: 'testWebhook',
    description:
      'Posts the event webhook:test there at once and tells what came of it; it is tried once and not kept. Asks for an administrator.',
    input: one('TestWebhookInput', 'Which webhook to try.'),
    right: 'ADMINISTER',
    run: ({ viewer }, input) => testBy(deps, viewer, input.webhookId),
  }),
  redriveDeliveries: defineCommand({
    name: 'redriveDeliveries',
    description:
      'Tries deliveries that were given up anew, each with the id it had. Asks for an administrator.',
    input: redriveInput,
    right: 'ADMINISTER',
    run: ({ viewer }, input) => redriveBy(deps, viewer, input.webhookId, input.deliveryIds ?? null),
  }),
});

export type WebhookCommands = ReturnType<typeof createWebhookCommands>;
