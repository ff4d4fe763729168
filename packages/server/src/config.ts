import { join, resolve } from 'node:path';
import { z } from 'zod';
import { isHostRule } from './infra/egress.ts';
import { certificatesSchema } from './infra/certificates-schema.ts';
import { readJsonFile } from './infra/json-file.ts';
import { shortestSecret } from './infra/secret-forms.ts';
import { hasOnly, originSchema, portSchema, urlSchema } from './infra/url-schema.ts';
import { environments } from '@countersign/shared';
import { policyDataFaults } from './modules/policy/index.ts';
import {
  completeSettings,
  namedSecrets,
  platformConfig,
  platformModuleSchema,
  platformNames,
  type PlatformSettings,
  type ConfiguredSecret,
} from './platforms/index.ts';

const namesNoDatabase = 'must end in the name of a database: postgresql://HOST/NAME';
const namesDatabase = (text: string): boolean => !URL.canParse(text) || new URL(text).pathname.length > 1;

/** The process's environment. Every name that it does not know is somebody else's. */
const environmentSchema = z.object({
  COUNTERSIGN_HOME: z.string().min(1).default('.countersign'),
  COUNTERSIGN_ROLE: z.enum(['all', 'api', 'worker']).default('all'),
  COUNTERSIGN_HOST: z.string().min(1).default('localhost'),
  COUNTERSIGN_URL: originSchema.optional(),
  COUNTERSIGN_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('warn'),
  COUNTERSIGN_POLICY_DATA: z.string().min(1).optional(),
  COUNTERSIGN_QUEUE_PREFIX: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .default('countersign'),
  PORT: portSchema.default(4_000),
  // Without a name, PostgreSQL takes the user's own database, which is somebody else's.
  DATABASE_URL: urlSchema('postgres:', 'postgresql:').refine(namesDatabase, namesNoDatabase).optional(),
  // Of users that an administrator made; otherwise the user of DATABASE_URL makes them.
  DATABASE_APP_URL: urlSchema('postgres:', 'postgresql:').refine(namesDatabase, namesNoDatabase).optional(),
  DATABASE_QUEUE_URL: urlSchema('postgres:', 'postgresql:').refine(namesDatabase, namesNoDatabase).optional(),
  REDIS_URL: urlSchema('redis:', 'rediss:').optional(),
  OPA_URL: urlSchema('http:', 'https:')
    .refine((text) => hasOnly(text, 'path'), 'must have no query, no fragment and no user')
    .optional(),
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
  SSH_AUTH_SOCK: z.string().optional(),
});

const lane = z.strictObject({
  slots: z.int().min(1).max(1_000).exactOptional(),
  waitBoundMs: z.int().min(100).max(86_400_000).exactOptional(),
});
const hostRule = z.string().refine(isHostRule, 'must be a host, or a host and a port');
const platform = z.strictObject({
  rate: z.strictObject({ limit: z.int().min(1), windowMs: z.int().min(100) }).optional(),
  breaker: z.strictObject({ opensAt: z.int().min(1), probeAfterMs: z.int().min(100) }).optional(),
  bulkhead: z.strictObject({ concurrent: z.int().min(1), queued: z.int().min(0) }).optional(),
  retries: z.strictObject({ share: z.number().min(0).max(1), perSecond: z.number().min(0.1) }).optional(),
  internalHosts: z.array(hostRule).optional(),
  /** Where its places belong, by their names: a repository, a channel, `cluster/namespace`. */
  environments: z.record(z.string().min(1), z.enum(environments)).optional(),
});

/** `config.json` in the home folder. It never holds secrets: those come by name from the environment. */
const fileSchema = z
  .strictObject({
    secrets: z
      .record(
        z.string(),
        z.strictObject({
          origins: z.array(originSchema).min(1),
          /** Where it belongs: a plan that uses it is of that environment at least. */
          environment: z.enum(environments).optional(),
          /** Action types that may name it; all where left out. */
          actions: z.array(z.string()).min(1).optional(),
        }),
      )
      .default({}),
    ...platformConfig,
    sandbox: z.boolean().optional(),
    platformModules: z
      .record(
        z
          .string()
          .refine(
            (name) => /^[a-z][a-z0-9]*$/.test(name) && !platformNames.includes(name),
            'must be a name of its own, in lower case',
          ),
        platformModuleSchema,
      )
      .default({}),
    egress: z
      .strictObject({
        allowedPorts: z.array(portSchema).optional(),
        allowedInternalHosts: z.array(hostRule).optional(),
        certificateAuthorities: z.record(originSchema, certificatesSchema).optional(),
      })
      .default({}),
    platforms: z.record(z.string(), platform).default({}),
    lanes: z.strictObject({ CRITICAL: lane, HIGH: lane, NORMAL: lane, LOW: lane }).partial().default({}),
    programs: z
      .strictObject({ sandbox: z.enum(['REQUIRED', 'PREFERRED']) })
      .default({ sandbox: 'PREFERRED' }),
    audit: z
      .strictObject({
        anchor: z
          .strictObject({
            file: z.string().min(1).optional(),
            webhook: urlSchema('http:', 'https:').optional(),
            everyMs: z.int().min(1_000).default(10_000),
          })
          .prefault({}),
      })
      .prefault({}),
    alerts: z.strictObject({ queueDepth: z.int().min(1).default(100) }).default({ queueDepth: 100 }),
    requestsPerMinute: z.int().min(1).default(60_000),
    openApprovals: z.int().min(1).default(200),
    waitingSteps: z.int().min(1).default(100_000),
    highPerMinute: z.int().min(1).default(600),
    databaseConnections: z.int().min(8).max(500).default(20),
    leaseMs: z.int().min(500).default(30_000),
    reconcileEveryMs: z.int().min(100).default(5_000),
    drainMs: z.int().min(0).default(15_000),
  })
  .superRefine(({ platforms, platformModules }, context) => {
    const names = [...platformNames, ...Object.keys(platformModules)];
    for (const name of Object.keys(platforms)) {
      // Limits for anything else would limit nothing.
      if (names.includes(name)) continue;
      context.addIssue({
        code: 'custom',
        path: ['platforms', name],
        message: `is none of ${names.join(', ')}`,
      });
    }
  });

export interface Config {
  readonly role: 'all' | 'api' | 'worker';
  /** Absolute path of the folder that holds all that this installation keeps. */
  readonly home: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** As people reach the console; null where it follows from the port. */
    readonly publicUrl: string | null;
    readonly requestsPerMinute: number;
  };
  readonly database: {
    /** Of the tables' owner, for migrations alone. Null starts the embedded PostgreSQL, where `given` is null too. */
    readonly url: string | null;
    /** Users that an administrator made for the application and the queue. */
    readonly given: { readonly app: string; readonly queue: string | null } | null;
    readonly connections: number;
  };
  readonly queue: {
    /** Null uses BullMQ's PostgreSQL backend on the database above. */
    readonly redisUrl: string | null;
    readonly prefix: string;
    readonly lanes: z.output<typeof fileSchema>['lanes'];
  };
  /** How many tasks of one submitter may wait for people at once. */
  readonly approvals: { readonly openEach: number };
  /** Steps that may wait in a lane before an alert is raised. */
  readonly alerts: { readonly queueDepth: number };
  /** Where signed heads of the record are kept besides the database. */
  readonly audit: {
    readonly anchor: { readonly file: string; readonly webhook: string | null; readonly everyMs: number };
  };
  /** What one submitter may bring into the lanes. */
  readonly admission: { readonly waitingSteps: number; readonly highPerMinute: number };
  readonly policy: { readonly opaUrl: string | null; readonly dataFile: string | null };
  readonly execution: {
    readonly leaseMs: number;
    readonly reconcileEveryMs: number;
    readonly drainMs: number;
  };
  readonly executors: PlatformSettings &
    Pick<z.output<typeof fileSchema>, 'egress' | 'platforms' | 'programs' | 'platformModules'> & {
      /** All that a program inherits which a platform starts. */
      readonly programEnvironment: Readonly<Record<string, string>>;
    };
  /** By name; the logger never sees them. */
  readonly secrets: Readonly<Record<string, ConfiguredSecret>>;
  /** Whether platforms of which the configuration says nothing are emulated, to be tried on. */
  readonly sandbox: boolean;
  readonly log: { readonly level: z.output<typeof environmentSchema>['COUNTERSIGN_LOG_LEVEL'] };
}

/** Everything that is wrong with a configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`The configuration cannot be used: ${faults.join('; ')}.`);
    this.faults = faults;
  }
}

const secretPrefix = 'COUNTERSIGN_SECRET_';

/** Reads the environment and the file once. Throws ConfigError with every fault. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): Config => {
  const faults: string[] = [];
  const blankless = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const environment = environmentSchema.safeParse(blankless);
  if (!environment.success) faults.push(...faultsOf(environment.error, ''));
  faults.push(...loginFaults(blankless));
  const home = resolve(cwd, environment.data?.COUNTERSIGN_HOME ?? env.COUNTERSIGN_HOME ?? '.countersign');
  const read = readJsonFile(join(home, 'config.json'));
  const isMissing = read.kind === 'UNREADABLE' && (read.code === 'ENOENT' || read.code === 'ENOTDIR');
  if (read.kind === 'FAULTY') faults.push(...read.faults.map((fault) => `config.json ${fault}`));
  if (read.kind === 'UNREADABLE' && !isMissing) faults.push(`config.json cannot be read (${read.code})`);
  const policyData = blankless.COUNTERSIGN_POLICY_DATA;
  if (policyData !== undefined) {
    faults.push(...policyDataFaults(policyData).map((fault) => `COUNTERSIGN_POLICY_DATA: ${fault}`));
  }
  const file = fileSchema.safeParse(read.kind === 'READ' ? read.value : {});
  if (!file.success) faults.push(...faultsOf(file.error, 'config.json: '));
  const secrets = file.success ? secretsOf(file.data, blankless, faults) : {};
  if (!environment.success || !file.success || faults.length > 0) throw new ConfigError(faults);
  return deepFreeze(toConfig(environment.data, file.data, home, secrets));
};

/** The application and its queue are two users: one of them without the other is a setting cut in half. */
const loginFaults = (env: NodeJS.ProcessEnv): string[] => {
  const { DATABASE_APP_URL: app, DATABASE_QUEUE_URL: queue, REDIS_URL: redis } = env;
  if (app === undefined && queue !== undefined)
    return ['DATABASE_QUEUE_URL needs DATABASE_APP_URL beside it'];
  if (app === undefined || queue !== undefined || redis !== undefined) return [];
  return ['DATABASE_APP_URL needs DATABASE_QUEUE_URL beside it where REDIS_URL is not set'];
};

const toConfig = (
  env: z.output<typeof environmentSchema>,
  file: z.output<typeof fileSchema>,
  home: string,
  secrets: Config['secrets'],
): Config => ({
  role: env.COUNTERSIGN_ROLE,
  home,
  http: {
    host: env.COUNTERSIGN_HOST,
    port: env.PORT,
    publicUrl: env.COUNTERSIGN_URL ?? null,
    requestsPerMinute: file.requestsPerMinute,
  },
  database: {
    url: env.DATABASE_URL ?? null,
    given:
      env.DATABASE_APP_URL === undefined
        ? null
        : { app: env.DATABASE_APP_URL, queue: env.DATABASE_QUEUE_URL ?? null },
    connections: file.databaseConnections,
  },
  queue: { redisUrl: env.REDIS_URL ?? null, prefix: env.COUNTERSIGN_QUEUE_PREFIX, lanes: file.lanes },
  approvals: { openEach: file.openApprovals },
  alerts: file.alerts,
  audit: {
    anchor: {
      file: resolve(home, file.audit.anchor.file ?? 'audit-heads.jsonl'),
      webhook: file.audit.anchor.webhook ?? null,
      everyMs: file.audit.anchor.everyMs,
    },
  },
  admission: { waitingSteps: file.waitingSteps, highPerMinute: file.highPerMinute },
  policy: { opaUrl: env.OPA_URL ?? null, dataFile: env.COUNTERSIGN_POLICY_DATA ?? null },
  execution: { leaseMs: file.leaseMs, reconcileEveryMs: file.reconcileEveryMs, drainMs: file.drainMs },
  executors: {
    ...completeSettings(file, home),
    egress: file.egress,
    platforms: file.platforms,
    platformModules: file.platformModules,
    programs: file.programs,
    programEnvironment: {
      PATH: env.PATH,
      ...(env.SSH_AUTH_SOCK === undefined ? {} : { SSH_AUTH_SOCK: env.SSH_AUTH_SOCK }),
    },
  },
  secrets,
  // What runs on databases of its own is meant in earnest.
  sandbox:
    file.sandbox ??
    (env.COUNTERSIGN_ROLE === 'all' && env.DATABASE_URL === undefined && env.DATABASE_APP_URL === undefined),
  log: { level: env.COUNTERSIGN_LOG_LEVEL },
});

const secretsOf = (
  file: z.output<typeof fileSchema>,
  env: NodeJS.ProcessEnv,
  faults: string[],
): Config['secrets'] => {
  const bound: Record<string, Omit<ConfiguredSecret, 'value'>> = { ...file.secrets };
  const ofModules = Object.values(file.platformModules).flatMap((module) => module.secrets);
  for (const name of [...namedSecrets(file), ...ofModules]) bound[name] ??= { origins: [] };
  return Object.fromEntries(
    Object.entries(bound).flatMap(([name, bounds]) => {
      const variable = `${secretPrefix}${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
      const value = env[variable];
      if (value === undefined)
        faults.push(`config.json names the secret "${name}", but ${variable} is not set`);
      else if (value.length < shortestSecret) {
        const least = `${shortestSecret} characters, or it could not be kept out of the record`;
        faults.push(`${variable} must have at least ${least}`);
      }
      return value === undefined ? [] : [[name, { value, ...bounds }]];
    }),
  );
};

const faultsOf = (error: z.ZodError, prefix: string): string[] =>
  error.issues.map(({ path, message }) => {
    const place = path.map(String).join('.');
    return `${prefix}${place}${place === '' ? '' : ' '}${message}`;
  });

const deepFreeze = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
};
