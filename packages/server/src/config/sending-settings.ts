import { environments, type Environment } from '@countersign/shared';
import { z } from 'zod';
import type { DeliveryTerms } from '../domain/webhook.ts';
import { isHostRule } from '../infra/egress.ts';
import { isHostAlone } from '../infra/plain-host.ts';
import { portSchema } from '../infra/url-schema.ts';

const dayMs = 86_400_000;

/** How events are sent to webhooks. */
export const webhookSettings = {
  webhooks: z
    .strictObject({
      /** Where events may be sent at all; anywhere that `egress` lets out where left out. */
      hosts: z
        .array(z.string().refine(isHostRule, 'must be a host, or a host and a port'))
        .max(200)
        .nullable()
        .default(null),
      attempts: z.int().min(1).max(50).default(10),
      firstRetryMs: z.int().min(10).default(5_000),
      longestRetryMs: z
        .int()
        .min(10)
        .max(dayMs)
        .default(6 * 3_600_000),
      timeoutMs: z.int().min(100).max(30_000).default(10_000),
      disableAfterDays: z.number().min(0).max(90).default(3),
      keepDays: z.number().min(0).max(365).default(30),
    })
    .prefault({}),
};

const address = z.email().max(254);

/** How people are told, and where they answer. */
export const noticeSettings = {
  notifications: z
    .strictObject({
      /** What can wait comes together so often; 0 for at once. */
      digestMinutes: z.int().min(0).max(1_440).default(15),
      mail: z
        .strictObject({
          host: z.string().refine(isHostAlone, 'must be a name or an address alone; port says the port'),
          port: portSchema.default(587),
          /** From the first byte on; otherwise by STARTTLS where the server has it. */
          isEncrypted: z.boolean().default(false),
          user: z.string().min(1).optional(),
          passwordSecret: z.string().min(1).optional(),
          from: z.string().min(3).max(254),
          /** Told of all approvals and alerts, whoever's they are. */
          to: z.array(address).max(20).default([]),
        })
        .nullable()
        .default(null),
      slack: z
        .strictObject({
          /** Told of all approvals and alerts. */
          channel: z
            .string()
            .regex(/^[CGD][A-Z0-9]{2,20}$/, 'must be the id of a channel')
            .nullable()
            .default(null),
          /** Name of the secret that Slack signs with; without it nothing is decided there. */
          signingSecret: z.string().min(1).nullable().default(null),
          decidesIn: z.array(z.enum(environments)).max(3).default(['DEVELOPMENT', 'STAGING']),
        })
        .nullable()
        .default(null),
    })
    .prefault({}),
};

type NoticeFile = z.output<z.ZodObject<typeof noticeSettings>>;

export interface NoticeConfig {
  readonly digestMs: number;
  readonly mail: NoticeFile['notifications']['mail'];
  readonly slack: {
    readonly channel: string | null;
    readonly signingSecret: string | null;
    readonly decidesIn: readonly Environment[];
  } | null;
}

export const noticeConfigOf = ({ notifications: { digestMinutes, ...rest } }: NoticeFile): NoticeConfig => ({
  digestMs: digestMinutes * 60_000,
  ...rest,
});

/** Secrets that it asks for by name. */
export const noticeSecrets = ({ notifications: { mail, slack } }: NoticeFile): readonly string[] =>
  [mail?.passwordSecret, slack?.signingSecret].filter((name) => typeof name === 'string');

export interface WebhookConfig extends DeliveryTerms {
  readonly hosts: readonly string[] | null;
}

export const webhookTermsOf = ({
  webhooks: { disableAfterDays, keepDays, ...terms },
}: z.output<z.ZodObject<typeof webhookSettings>>): WebhookConfig => ({
  ...terms,
  disableAfterMs: disableAfterDays * dayMs,
  keepMs: keepDays * dayMs,
});
