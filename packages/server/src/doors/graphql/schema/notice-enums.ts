import type { AlertKind, DeliveryState, NoticeChannel, NoticeKind } from '@countersign/shared';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

/** Who is told of what, and where. */
export const addNoticeEnums = (builder: Builder) => ({
  alertKind: enumOf<AlertKind>(builder, 'AlertKind', 'What somebody is told of without asking.', {
    QUEUE_DEPTH: 'More steps wait in a lane than should.',
    EXECUTOR_DOWN: 'Every process that calls a platform is cut off from it.',
    RETENTION_BEHIND: 'What is past its time is still there, or cannot go.',
    BACKUP_OLD: 'The newest backup that this server took and verified is too old, or there is none.',
  }),
  noticeKind: enumOf<NoticeKind>(builder, 'NoticeKind', 'Of what people are told.', {
    APPROVAL: 'A request that they may decide on, its reminders, and that it was escalated to them.',
    QUESTION: 'Somebody who decides asks about a task of theirs.',
    ENDED: 'A task of theirs, or of an agent that they answer for, has ended, whichever way.',
    ALERT:
      'The installation needs a look, or is well again: for operators and administrators. A webhook takes nothing: for administrators.',
  }),
  noticeChannel: enumOf<NoticeChannel>(builder, 'NoticeChannel', 'Where people are told.', {
    SLACK: 'A direct message.',
    MAIL: 'A mail.',
    BROWSER: 'By the browser, while the console is open in it.',
  }),
  deliveryState: enumOf<DeliveryState>(builder, 'DeliveryState', 'Where a delivery to a webhook stands.', {
    PENDING: 'It waits to be sent, or to be tried again.',
    DELIVERED: 'It was taken.',
    DEAD: 'It was tried as often as configuration says and is given up; it can be redriven.',
  }),
});
