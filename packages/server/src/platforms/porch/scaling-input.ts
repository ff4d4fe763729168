import { z } from 'zod';

/** The longest that one run of porch may be given. */
const longestTimeoutMs = 600_000;
const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `30s`, `2m` in milliseconds; null where it is none of these. */
export const timeoutMsOf = (text: string): number | null => {
  const [, count, unit = ''] = /^(\d{1,9})([smh])$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  return unitMs === undefined ? null : Number(count) * unitMs;
};

const isTimeout = (text: string): boolean => {
  const timeMs = timeoutMsOf(text);
  return timeMs !== null && timeMs > 0 && timeMs <= longestTimeoutMs;
};

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** The fields of a scaling intent, by the names that its schema gives them. */
export const scalingInput = z
  .strictObject({
    intent_type: z.literal('scaling').optional().describe('What the intent is; it may be left out.'),
    target: z
      .string()
      .max(253)
      .regex(new RegExp(`^${label}(\\.${label})*$`), 'must be the name of a deployment')
      .describe('The deployment: lower-case letters, digits, "-" and ".".'),
    namespace: z
      .string()
      .max(63)
      .regex(new RegExp(`^${label}$`), 'must be the name of a namespace')
      .describe('Its namespace: lower-case letters, digits and "-".'),
    replicas: z
      .int()
      .min(0)
      .max(1_000)
      .describe('How many are to run. Policy sets the limit per environment.'),
    reason: z.string().max(512).optional().describe('Why, for people.'),
    source: z.enum(['user', 'planner', 'test', 'automation']).optional().describe('Who asks.'),
    correlation_id: z
      .string()
      .max(64)
      .regex(/^[a-zA-Z0-9_-]+$/)
      .optional()
      .describe('Ties the intent to what led to it.'),
    priority: z
      .enum(['low', 'normal', 'high', 'critical'])
      .optional()
      .describe('For porch; the lane is chosen by the priority of the task.'),
    timeout: z
      .string()
      .refine(isTimeout, 'must be 1s to 10m, written as 30s or 2m')
      .optional()
      .describe(
        'How long one run of porch may take: 30s, 2m. Each further attempt has twice as long, up to four times.',
      ),
    metadata: z
      .record(z.string().max(64), z.union([z.string().max(1_024), z.number(), z.boolean()]))
      .refine((given) => Object.keys(given).length <= 50, 'must have 50 entries at most')
      .optional()
      .describe('Handed to porch as it is.'),
  })
  .meta({
    examples: [{ target: 'cnf-simulator', namespace: 'oran-sim', replicas: 3, reason: 'Load is rising' }],
  });

export type ScalingInput = z.output<typeof scalingInput>;
