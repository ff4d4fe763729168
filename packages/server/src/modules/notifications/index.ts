/** Tells people what waits for them and what came of it, where they want to hear of it, and takes decisions from Slack. */
export {
  createNotificationOperations,
  type NotificationOperations,
  type TestedChannel,
} from './operations.ts';
export type { NoticeSettings } from './contacts.ts';
export { createSendMail } from './mail.ts';
export { noticeHoldMs, startNotifier } from './notifier.ts';
export { createSlackCall } from './slack-client.ts';
export { takeFromSlack, type SlackRequest } from './decide-in-slack.ts';
export type { NoticeDestinations } from './destinations.ts';
