/** Sends what happens to addresses outside: signed, in order, at least once, until they take it or are given up. */
export { createWebhookCommands, type WebhookCommands } from './commands.ts';
export {
  createOutgoingQueries,
  createWebhookQueries,
  type OutgoingQueries,
  type WebhookQueries,
  type WebhookView,
} from './queries.ts';
export type { PlacedEvent } from './outgoing-stream.ts';
export type { MadeWebhook, TestedWebhook } from './change-webhooks.ts';
export { startWebhooks } from './sender.ts';
