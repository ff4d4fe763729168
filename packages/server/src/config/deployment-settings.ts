import { z } from 'zod';
import { logSettings } from './log-settings.ts';
import { tlsSchema } from './tls-settings.ts';
import { isHostAlone } from '../infra/plain-host.ts';
import { anyUrlSchema, hasOnly, listenPortSchema, originSchema, urlSchema } from '../infra/url-schema.ts';

/** Where this process is and what it works with: what the variables of the environment have always said. */

const namesNoDatabase = 'must end in the name of a database: postgresql://HOST/NAME';
const namesDatabase = (text: string): boolean => !URL.canParse(text) || new URL(text).pathname.length > 1;
// They would win over the settings that each of our sessions has to have.
const takesOptions =
  'must have no options=: give its user such settings (ALTER ROLE name SET setting = value)';
const leavesOptions = (text: string): boolean =>
  !URL.canParse(text) || !new URL(text).searchParams.has('options');
// Without a name, PostgreSQL takes the user's own database, which is somebody else's.
const databaseUrl = anyUrlSchema('postgres:', 'postgresql:')
  .refine(namesDatabase, namesNoDatabase)
  .refine(leavesOptions, takesOptions)
  .optional();

const redisUrl = anyUrlSchema('redis:', 'rediss:');

export const deploymentSettings = {
  home: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder that holds all that this installation keeps. From the folder of the file, or of the process for the variable. Default: `.countersign`.',
    ),
  role: z
    .enum(['all', 'api', 'worker'])
    .default('all')
    .describe('What this process does: answers callers, runs steps, or both.'),
  server: z
    .strictObject({
      host: z
        .string()
        .refine(isHostAlone, 'must be a name or an address alone; server.port says the port')
        .default('localhost')
        .describe('Name or address that this server listens at.'),
      port: listenPortSchema
        .default(4_000)
        .describe('Port that this server listens at; 0 for any that is free.'),
      url: originSchema
        .optional()
        .describe(
          'Origin at which people and agents reach it, where a proxy stands before it. Default: host and port.',
        ),
      tls: tlsSchema.optional(),
    })
    .prefault({})
    .describe('Where this server is reached.'),
  ...logSettings,
  database: z
    .strictObject({
      url: databaseUrl.describe(
        'PostgreSQL as the owner of the tables, for migrations alone. Default: an embedded one. A password comes by `secret:NAME`.',
      ),
      appUrl: databaseUrl.describe('As a user that an administrator made for the application.'),
      queueUrl: databaseUrl.describe('As a user that an administrator made for the queue; not with Redis.'),
      replicaUrl: databaseUrl.describe(
        'A streaming replica, where lists, history, metrics and copies of the record are read. Without a user: as that of the application.',
      ),
    })
    .prefault({})
    .describe('PostgreSQL, where everything is kept.'),
  queue: z
    .strictObject({
      redisUrl: redisUrl.optional().describe('Redis, which hands out work. Default: the database does.'),
      sentinelUrls: z
        .array(redisUrl)
        .max(20)
        .default([])
        .describe(
          'Sentinels of Redis. Then the host of redisUrl is the name that they know the primary by; its user, password and TLS are of Redis, those of a URL here of the sentinel.',
        ),
      clusterUrls: z
        .array(redisUrl)
        .max(50)
        .default([])
        .describe(
          'More nodes of the Redis Cluster that redisUrl is one of. User, password and TLS are those of redisUrl.',
        ),
      prefix: z
        .string()
        .regex(/^[\w-]{1,64}$/)
        .default('countersign')
        .describe(
          'What keys in Redis begin with: installations that share one need names of their own, or the second is not started.',
        ),
    })
    .prefault({})
    .describe('The dispatcher.'),
};

export const policySources = {
  dataFile: z
    .string()
    .min(1)
    .optional()
    .describe('File of thresholds, lists and quorum rules that the rules read. Default: those that we ship.'),
  opaUrl: urlSchema('http:', 'https:')
    .refine((text) => hasOnly(text, 'path'), 'must have no query, no fragment and no user')
    .optional()
    .describe('An OPA server that decides instead of the rules in this process.'),
};

/** Older names of variables, and those that everybody uses, each with the setting that it is. */
export const namedVariables: Readonly<Record<string, readonly string[]>> = {
  COUNTERSIGN_HOME: ['home'],
  COUNTERSIGN_HOST: ['server', 'host'],
  PORT: ['server', 'port'],
  COUNTERSIGN_URL: ['server', 'url'],
  DATABASE_URL: ['database', 'url'],
  DATABASE_APP_URL: ['database', 'appUrl'],
  DATABASE_QUEUE_URL: ['database', 'queueUrl'],
  DATABASE_REPLICA_URL: ['database', 'replicaUrl'],
  REDIS_URL: ['queue', 'redisUrl'],
  OPA_URL: ['policy', 'opaUrl'],
  COUNTERSIGN_POLICY_DATA: ['policy', 'dataFile'],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['tracing', 'endpoint'],
};

/** Settings that hold a password as a whole, so that they may be `secret:NAME`. */
export const secretSettings: readonly string[] = [
  'database.url',
  'database.appUrl',
  'database.queueUrl',
  'database.replicaUrl',
  'queue.redisUrl',
  'queue.sentinelUrls',
  'queue.clusterUrls',
];

/** What is only ever in the environment: credentials and what programs inherit. */
export const inheritedSchema = z.object({
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
  SSH_AUTH_SOCK: z.string().optional(),
  ANTHROPIC_API_KEY: z.string().min(1).optional(),
  LLM_MODEL: z.string().min(1).optional(),
});
