import { z } from 'zod';
import type { Config } from '../config.ts';
import { createEgress, endEgress, hostMatcher, type EgressConfig } from '../infra/egress.ts';
import { createHttpClient } from '../infra/http-client.ts';
import { newId } from '../infra/ids.ts';
import { liveView } from '../infra/live-view.ts';
import { ownOrigin } from '../infra/own-origin.ts';
import { openMasterKey } from '../infra/master-key.ts';
import { createSendMail, createSlackCall, type NoticeDestinations } from '../modules/notifications/index.ts';
import { createDeliveryStore } from '../record/delivery-store.ts';
import { createNoticeStore } from '../record/notice-store.ts';
import { createWebhookStore } from '../record/webhook-store.ts';
import type { Foundation } from './foundation.ts';

/** The workspace that the Slack platform acts in: people are told in the same one. */
const workspaceSchema = z.object({ apiUrl: z.string(), tokenSecret: z.string() }).nullable();

const egressOfNotices = ({ executors: { egress, platforms } }: Config): EgressConfig => ({
  ...(egress as EgressConfig),
  allowedInternalHosts: [
    ...(egress.allowedInternalHosts ?? []),
    // Where it is emulated, that is inside.
    ...(platforms['slack']?.internalHosts ?? []),
  ],
});

const channelsOf = (config: Config) => {
  const { notifications, executors, secrets } = config;
  const { mail, slack, digestMs } = notifications;
  const egress = createEgress(egressOfNotices(config));
  const workspace = slack ? workspaceSchema.parse(executors.slack) : null;
  const token = workspace ? secrets[workspace.tokenSecret]?.value : undefined;
  const secretOf = (name: string | null | undefined): string | null =>
    typeof name === 'string' ? (secrets[name]?.value ?? null) : null;
  const places: NoticeDestinations = {
    reachable: { slack: token !== undefined, mail: mail !== null },
    everybody: [
      ...(token !== undefined && slack?.channel ? [{ channel: 'SLACK', place: slack.channel } as const] : []),
      ...(mail?.to ?? []).map((place) => ({ channel: 'MAIL', place }) as const),
    ],
    decidesIn: slack?.signingSecret ? slack.decidesIn : null,
    digestMs,
  };
  return {
    egress,
    places,
    slack:
      workspace && token !== undefined
        ? createSlackCall(createHttpClient(egress, { reach: 'INTERNET' }), {
            apiUrl: workspace.apiUrl.replace(/\/+$/, ''),
            token,
          })
        : null,
    signingSecret: secretOf(slack?.signingSecret),
    sendMail: mail ? createSendMail({ ...mail, password: secretOf(mail.passwordSecret) }) : null,
  };
};

/** How people are told here. */
const openNotifications = async ({ live, config: { http: web } }: Pick<Foundation, 'live' | 'config'>) => {
  const channels = await live.part({
    name: 'notification settings',
    of: (config) => {
      const { notifications, executors, secrets } = config;
      return { notifications, slack: executors.slack, secrets, egress: egressOfNotices(config) };
    },
    make: channelsOf,
    end: ({ egress }, signal) => endEgress(egress, signal),
  });
  return {
    channels,
    places: liveView(() => channels().places),
    slack: () => channels().slack,
    sendMail: () => channels().sendMail,
    origin: () => ownOrigin(web),
  };
};

/** What is sent to others outside: by the one way out, under its rules. */
export const openSending = async (foundation: Foundation) => {
  const { config, live, database, journal, clock, egress } = foundation;
  return {
    ...(await openNotifications(foundation)),
    database,
    journal,
    clock,
    http: createHttpClient(egress, { reach: 'INTERNET' }),
    mayCall(url: URL): boolean {
      const { hosts } = live.now().webhooks;
      return hosts === null || hostMatcher(hosts)(url);
    },
    key: openMasterKey(config.home, 'webhooks'),
    terms: liveView(() => live.now().webhooks),
    webhooks: createWebhookStore(database),
    deliveries: createDeliveryStore(database),
    notices: createNoticeStore(database),
    newId,
  };
};
