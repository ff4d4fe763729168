import { count, event, id, moment, names, text } from './fields.ts';

const webhook = {
  webhookId: id('the webhook'),
  name: text('its name'),
  origin: text('where it is: scheme, host and port'),
};

/** What is sent to addresses outside. */
export const webhookEvents = {
  'webhook.created': event('An administrator has events sent to an address.', {
    ...webhook,
    types: names('the events'),
  }),
  'webhook.updated': event('An administrator changed a webhook, or let it go on.', {
    ...webhook,
    types: names('the events'),
  }),
  'webhook.secret_rotated': event('A webhook has another secret; for a day both sign.', {
    ...webhook,
    bothUntil: moment('until when the one before signs too'),
  }),
  'webhook.deleted': event('Nothing is sent to an address any more.', webhook),
  'webhook.disabled': event('A webhook took nothing for so long that nothing is sent to it any more.', {
    ...webhook,
    failingSince: moment('since when it took nothing'),
    reason: text('how the last try ended'),
  }),
  'webhook.redriven': event('Deliveries that were given up are tried anew.', {
    ...webhook,
    deliveries: count('how many'),
  }),
} as const;
