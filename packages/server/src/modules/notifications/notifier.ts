import { toShortText } from '../../domain/json.ts';
import { noticeRetryMs, type Notice } from '../../domain/notice.ts';
import { isReadable, type MaybeUnreadable } from '../../infra/encrypted-cells.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop, waitUntilDue } from '../../infra/loop.ts';
import type { MasterKey } from '../../infra/master-key.ts';
import { inSpan } from '../../infra/tracing.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { DueNotice } from '../../record/notice-store.ts';
import { composeNotices, reachesAnybody, type ComposeNoticesDependencies } from './compose-notices.ts';
import { mailOf, type SendMail } from './mail.ts';
import type { SlackCall } from './slack-client.ts';
import { slackMessageOf } from './slack-message.ts';

export interface NotifierDependencies extends ComposeNoticesDependencies {
  /** Null where there is no mail server. */
  readonly sendMail: () => SendMail | null;
  readonly slack: () => SlackCall | null;
  readonly key: MasterKey;
  /** Where people reach us. */
  readonly origin: () => string;
  readonly wakeUps: Pick<WakeUps, 'on'>;
  readonly logger: Logger;
}

const pollMs = 1_000;
/** Nobody is told sooner than they can look. */
const restMs = 100;
const atOnce = 100;
export const noticeHoldMs = 60_000;
const forgetEveryMs = 3_600_000;
const keepMs = 30 * 86_400_000;

type Channels = Pick<NotifierDependencies, 'sendMail' | 'slack' | 'key' | 'origin'>;

/** Sends to one place what is due there, in one message. */
const send = async (deps: Channels, together: readonly Notice[]): Promise<readonly Notice[]> => {
  const [first] = together;
  if (!first) return [];
  if (first.channel === 'MAIL') {
    const sendMail = deps.sendMail();
    if (!sendMail) throw new Error('No mail server is configured any more.');
    const { subject, text } = mailOf(together, deps.origin());
    await sendMail(first.place, subject, text);
    return together.map((notice) => ({ ...notice, state: 'SENT' }));
  }
  return Promise.all(together.map((notice) => sendSlack(deps, notice)));
};

const sendSlack = async ({ slack: slackNow, key, origin }: Channels, notice: Notice): Promise<Notice> => {
  const slack = slackNow();
  if (!slack) throw new Error('Slack is not configured any more.');
  const message = slackMessageOf(key, notice, origin());
  if (notice.state === 'CLOSING') {
    await slack('chat.update', { channel: notice.slackChannel, ts: notice.slackTs, ...message });
    return { ...notice, state: 'CLOSED' };
  }
  // A link in it is not looked at by Slack: a preview is a visit that nobody made.
  const quiet = { unfurl_links: false, unfurl_media: false };
  const { ts = null, channel = null } = await slack('chat.postMessage', {
    channel: notice.place,
    ...message,
    ...quiet,
  });
  return { ...notice, state: 'SENT', slackTs: ts, slackChannel: channel };
};

/** As a span of the trace of the first task that it tells of, where that is one. */
const sendInTrace = (deps: Channels, together: readonly DueNotice[]): Promise<readonly Notice[]> => {
  const first = together.find(({ traceparent }) => traceparent !== null);
  if (!first) return send(deps, together);
  const attributes = { 'countersign.channel': first.channel, 'countersign.notices': together.length };
  return inSpan('tell people', { kind: 'PRODUCER', parent: first.traceparent, attributes }, () =>
    send(deps, together),
  );
};

/** Mails to one place are one mail; each message at Slack is by itself, for it is changed by itself. */
const groupsOf = (due: readonly DueNotice[]): readonly (readonly DueNotice[])[] => [
  ...Map.groupBy(due, ({ channel, place, id }) => (channel === 'MAIL' ? place : id)).values(),
];

/** Makes notices of the log and sends them, on every worker; each is one worker's for a minute. */
export const startNotifier = (deps: NotifierDependencies): AsyncDisposable => {
  const { notices, wakeUps, logger } = deps;
  let forgottenAtMs = performance.now();

  const sendGroup = async (together: readonly DueNotice[]): Promise<void> => {
    try {
      for (const sent of await sendInTrace(deps, together)) await notices.settle(sent, 0, null);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      logger.warn({ err: error, channel: together[0]?.channel }, 'somebody could not be told');
      for (const notice of together) {
        const afterMs = noticeRetryMs(notice.attempts);
        const state = afterMs === null ? 'DEAD' : notice.state;
        await notices.settle({ ...notice, state }, afterMs ?? 0, toShortText(words, 300));
      }
    }
  };

  const giveUp = async (notice: Notice & MaybeUnreadable): Promise<void> => {
    logger.error(
      { err: notice.unreadable, notice: notice.id },
      'a notice cannot be read, and nobody is told',
    );
    await notices.settle({ ...notice, state: 'DEAD' }, 0, toShortText(notice.unreadable?.message ?? '', 300));
  };

  const round = async (): Promise<number> => {
    const isMore = await composeNotices(deps);
    const due = await notices.claim(atOnce, noticeHoldMs);
    for (const notice of due.filter((each) => !isReadable(each))) await giveUp(notice);
    await Promise.all(groupsOf(due.filter(isReadable)).map(sendGroup));
    if (performance.now() - forgottenAtMs > forgetEveryMs) {
      await notices.forget(keepMs);
      forgottenAtMs = performance.now();
    }
    return isMore || due.length === atOnce ? 0 : waitUntilDue(await notices.nextDueMs(), pollMs);
  };

  const loop = startLoop({ name: 'notifications', round, idleMs: pollMs, restMs, logger });
  const woken = reachesAnybody(deps.places)
    ? wakeUps.on('events', () => {
        loop.wake();
      })
    : null;
  return {
    async [Symbol.asyncDispose]() {
      woken?.[Symbol.dispose]();
      await loop[Symbol.asyncDispose]();
    },
  };
};
