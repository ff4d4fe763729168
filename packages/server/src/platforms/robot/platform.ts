import { z } from 'zod';
import { hasOnly, urlSchema } from '../../infra/url-schema.ts';
import { definePlatform } from '../contract/platform.ts';
import { createRobotActuate, type Robot } from './robot-actuate.ts';

const robotSchema = z.strictObject({
  broker: urlSchema('mqtt:', 'mqtts:').refine(
    (text) => hasOnly(text, 'path') && /^mqtts?:\/\/[^/]+:\d+$/.test(text),
    'must be mqtt://host:port or mqtts://host:port',
  ),
  /** Default: `robots/<name>`. */
  topic: z
    .string()
    .regex(/^[^+#/]+(\/[^+#/]+)*$/, 'must be a topic without wildcards')
    .max(200)
    .optional(),
  username: z.string().min(1).optional(),
  passwordSecret: z.string().min(1).optional(),
  deduplicates: z.boolean().default(false),
});

export const robot = definePlatform({
  name: 'robot',
  config: {
    robots: z
      .record(z.string().regex(/^[A-Za-z0-9][\w.-]{0,62}$/), robotSchema)
      .default({})
      .describe('Robots, by the name that callers use.'),
  },
  secretsOf: ({ robots }) => Object.values(robots).flatMap(({ passwordSecret }) => passwordSecret ?? []),
  reachOf: ({ robots }) => Object.keys(robots).map((name) => ({ kind: 'robot', name, isPrefix: false })),
  sandbox: {
    isConfigured: ({ robots }) => Object.keys(robots).length > 0,
    settings: (url) => ({
      settings: { robots: { 'arm-1': { broker: url, deduplicates: true } } },
      secrets: {},
    }),
  },
  actions: ({ robots }, { secrets }) => {
    const named = Object.entries(robots).map(
      ([name, { passwordSecret, topic, username, ...rest }]): Robot => ({
        name,
        ...rest,
        topic: topic ?? `robots/${name}`,
        ...(username === undefined ? {} : { username }),
        ...(passwordSecret === undefined ? {} : { password: secrets.reveal(passwordSecret) }),
      }),
    );
    ensureEachIsOne(named);
    return [createRobotActuate(Object.fromEntries(named.map((each) => [each.name, each])))];
  },
});

/** Steps on one robot wait for each other by its name: under two, they would move upon each other. */
const ensureEachIsOne = (robots: readonly Robot[]): void => {
  const places = Map.groupBy(robots, ({ broker, topic }) => `${broker} ${topic}`);
  for (const [one, other] of places.values())
    if (one && other)
      throw new TypeError(
        `robots.${one.name} and robots.${other.name} are one robot: both are at the topic "${one.topic}" of ${one.broker}.`,
      );
};
