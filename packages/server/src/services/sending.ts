import { z } from 'zod';
import type { Config } from '../config.ts';
import { createEgress, hostMatcher, type EgressConfig } from '../infra/egress.ts';
import { createHttpClient } from '../infra/http-client.ts';
import { newId } from '../infra/ids.ts';
import { openMasterKey } from '../infra/master-key.ts';
import { createSendMail, createSlackCall, type NoticePlaces } from '../modules/notifications/index.ts';
import { createDeliveryStore } from '../record/delivery-store.ts';
import { createNoticeStore } from '../record/notice-store.ts';
import { createWebhookStore } from '../record/webhook-store.ts';
import type { Foundation } from './foundation.ts';

/** The workspace that the Slack platform acts in: people are told in the same one. */
const workspaceSchema = z.object({ apiUrl: z.string(), tokenSecret: z.string() }).nullable();

/** How people are told here. */
const openNotifications = (config: Config, stack: AsyncDisposableStack) => {
  const { notifications, executors, secrets, http: web } = config;
  const { mail, slack, digestMs } = notifications;
  const { egress: settings, platforms } = executors;
  const egress = stack.use(
    createEgress({
      ...(settings as EgressConfig),
      allowedInternalHosts: [
        ...(settings.allowedInternalHosts ?? []),
        // Where it is emulated, that is inside.
        ...(platforms['slack']?.internalHosts ?? []),
      ],
    }),
  );
  const workspace = slack ? workspaceSchema.parse(executors.slack) : null;
  const token = workspace ? secrets[workspace.tokenSecret]?.value : undefined;
  const secretOf = (name: string | null | undefined): string | null =>
    typeof name === 'string' ? (secrets[name]?.value ?? null) : null;
  const places: NoticePlaces = {
    reachable: { slack: token !== undefined, mail: mail !== null },
    everybody: [
      ...(token !== undefined && slack?.channel ? [{ channel: 'SLACK', place: slack.channel } as const] : []),
      ...(mail?.to ?? []).map((place) => ({ channel: 'MAIL', place }) as const),
    ],
    decidesIn: slack?.signingSecret ? slack.decidesIn : null,
    digestMs,
  };
  return {
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
    origin: () => web.publicUrl ?? `http://${web.host}:${web.port}`,
  };
};

/** What is sent to others outside: by the one way out, under its rules. */
export const openSending = ({ config, database, journal, clock, stack }: Foundation) => {
  const {
    webhooks: { hosts, ...terms },
    executors,
    home,
  } = config;
  const egress = stack.use(createEgress(executors.egress as EgressConfig));
  return {
    ...openNotifications(config, stack),
    database,
    journal,
    clock,
    http: createHttpClient(egress, { reach: 'INTERNET' }),
    mayCall: hosts === null ? () => true : hostMatcher(hosts),
    key: openMasterKey(home, 'webhooks'),
    terms,
    webhooks: createWebhookStore(database),
    deliveries: createDeliveryStore(database),
    notices: createNoticeStore(database),
    newId,
  };
};
