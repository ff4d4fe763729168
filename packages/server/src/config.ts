import { existsSync, readFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { TlsSettings } from './config/tls-settings.ts';
import type { IdentitySettings } from './config/identity-settings.ts';
import { intentsOf, type IntentSettings } from './config/intent-settings.ts';
import { backupOf, type BackupConfig } from './config/backup-settings.ts';
import { logOf, type LogConfig } from './config/log-settings.ts';
import { retentionOf, type RetentionSettings } from './config/retention-settings.ts';
import { monitoringOf, type MonitoringConfig } from './config/monitoring-settings.ts';
import {
  noticeConfigOf,
  webhookTermsOf,
  type NoticeConfig,
  type WebhookConfig,
} from './config/sending-settings.ts';
import { agentSettingsOf, plannerFaults, type AgentSettings } from './config/model-settings.ts';
import { httpLimitsOf, type HttpLimits } from './config/limit-settings.ts';
import { configuredSecrets, type ConfiguredSecrets } from './config/configured-secrets.ts';
import {
  ConfigError,
  inSettingWords,
  settingFaults,
  type ConfigFault,
  type SettingFault,
} from './config/config-faults.ts';
import { deploymentSettings, inheritedSchema } from './config/deployment-settings.ts';
import { effectiveSettings, settingsHash, type EffectiveSetting } from './config/effective-settings.ts';
import { readSecretFiles } from './config/secret-files.ts';
import { resolveReferences } from './config/secret-references.ts';
import { secretSourceSettings } from './config/secret-source-settings.ts';
import { secretTexts } from './config/secret-texts.ts';
import { createSecretSources, type SecretSources } from './config/secret-sources.ts';
import { secretLookup, type SecretReading } from './config/secret-values.ts';
import { fittingFaults } from './config/settings-fit.ts';
import { readSettingsInput, type SettingsInput, type SettingsPlace } from './config/settings-input.ts';
import { tracingOf, type TracingConfig } from './config/tracing-settings.ts';
import { encryptionFaults, encryptionOf } from './config/security-settings.ts';
import { settingsJsonSchema, settingsSchema, type Settings } from './config/settings-schema.ts';
import type { SyslogSettings } from './infra/log/syslog.ts';
import type { EncryptionKey } from './infra/cell-cipher.ts';
import type { RedisServers } from './infra/queue/redis-client.ts';
import { policyDataFaults, type BundleKey } from './modules/policy/index.ts';
import { completeSettings, type PlatformSettings } from './platforms/index.ts';

export { ConfigError } from './config/config-faults.ts';

export interface Config {
  readonly role: 'all' | 'api' | 'worker';
  /** Absolute path of the folder that holds all that this installation keeps. */
  readonly home: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** As people reach the console; null where it follows from the port. */
    readonly publicUrl: string | null;
    /** Null where it speaks plain http. */
    readonly tls: TlsSettings | null;
    readonly limits: HttpLimits;
  };
  readonly identity: IdentitySettings;
  readonly monitoring: MonitoringConfig;
  readonly tracing: TracingConfig;
  /** Who plans goals. */
  readonly agents: AgentSettings;
  /** Null where no intent files are taken. */
  readonly intents: IntentSettings | null;
  readonly database: {
    /** Of the tables' owner, for migrations alone. Null starts the embedded PostgreSQL, where `given` is null too. */
    readonly url: string | null;
    /** Users that an administrator made for the application and the queue. */
    readonly given: { readonly app: string; readonly queue: string | null } | null;
    /** Where the past is read; null where that is the database itself. */
    readonly replicaUrl: string | null;
    readonly connections: number;
  };
  readonly queue: {
    /** Null uses BullMQ's PostgreSQL backend on the database above. */
    readonly redis: RedisServers | null;
    readonly prefix: string;
    readonly lanes: Settings['lanes'];
  };
  readonly approvals: {
    /** How many tasks of one submitter may wait for people at once. */
    readonly openEach: number;
    /** How often what a waiting request would change is looked at. */
    readonly watchEveryMs: number;
  };
  /** Steps that may wait in a lane before an alert is raised. */
  readonly alerts: { readonly queueDepth: number };
  readonly webhooks: WebhookConfig;
  readonly notifications: NoticeConfig;
  /** Where signed heads of the record are kept besides the database. */
  readonly audit: {
    readonly anchor: { readonly file: string; readonly webhook: string | null; readonly everyMs: number };
    /** Who gets every entry; null where nobody does. */
    readonly syslog: SyslogSettings | null;
  };
  /** How long what is kept is kept. */
  readonly retention: RetentionSettings;
  /** Backups that the server takes. */
  readonly backup: BackupConfig;
  /** What one submitter may bring into the lanes. */
  readonly admission: { readonly waitingSteps: number; readonly highPerMinute: number };
  readonly policy: {
    readonly opaUrl: string | null;
    readonly dataFile: string | null;
    /** SHA-256 (hex) of what was in it; empty for the data that we ship. */
    readonly dataHash: string;
    /** Who may sign bundles of rules that administrators publish. */
    readonly bundleKeys: readonly BundleKey[];
  };
  readonly execution: {
    readonly leaseMs: number;
    readonly reconcileEveryMs: number;
    readonly drainMs: number;
  };
  readonly executors: PlatformSettings &
    Pick<Settings, 'egress' | 'platforms' | 'programs' | 'platformModules'> & {
      /** All that a program inherits which a platform starts. */
      readonly programEnvironment: Readonly<Record<string, string>>;
    };
  /** What payload is encrypted with in the database: the first key that encrypts does, all decrypt; none where it is not. */
  readonly encryption: { readonly keys: readonly EncryptionKey[] };
  /** The logger never sees them. */
  readonly secrets: ConfiguredSecrets;
  /** Whether platforms of which the configuration says nothing are emulated, to be tried on. */
  readonly sandbox: boolean;
  readonly log: LogConfig;
}

/** A configuration with all that is worth saying of it. */
export interface ConfigReading {
  readonly config: Config;
  /** Absolute path of the file; null where there is none. */
  readonly file: string | null;
  /** Of the settings that all processes of an installation should share, the policy data's content included. */
  readonly hash: string;
  readonly settings: readonly EffectiveSetting[];
  readonly secretSources: Settings['secretSources'];
  /** What is no fault, and worth a look. */
  readonly notes: readonly string[];
  /** Values of the secrets that stand for whole settings, such as the URL of a database. */
  readonly passwords: ReadonlyMap<string, string>;
  /** The same file and environment, with what the sources of secrets have now. Throws ConfigError. */
  readonly again: (sources: readonly SecretReading[]) => ConfigReading;
}

/** Whether people and agents reach us over https alone. */
export const isEncrypted = ({ http: { tls, publicUrl } }: Pick<Config, 'http'>): boolean =>
  tls !== null || publicUrl?.startsWith('https:') === true;

export interface ConfigPlace extends Partial<SettingsPlace> {
  /** What the sources of secrets have besides the environment, where they were read already. */
  readonly sources?: readonly SecretReading[];
  /** Instead of what file and environment say: where this process has been since its start. */
  readonly home?: string;
}

/** Reads the environment and the file. Throws ConfigError with every fault. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): Config =>
  readConfiguration({ env, cwd }).config;

export const readConfiguration = ({
  env = process.env,
  cwd = process.cwd(),
  file,
  sources,
  home,
}: ConfigPlace = {}): ConfigReading => {
  const read = readSettingsInput(settingsJsonSchema, { env, cwd, file });
  const input = home === undefined ? read : { ...read, home };
  return understood(input, env, sources ?? [readSecretFiles(secretSourcesOf(input)?.files ?? [])]);
};

/** What one reading of file and environment comes to, with what the sources of secrets have at some moment. */
const understood = (
  input: SettingsInput,
  env: NodeJS.ProcessEnv,
  sources: readonly SecretReading[],
  policyHash?: string,
): ConfigReading => {
  const lookup = secretLookup(env, sources);
  const references = resolveReferences(input.value, lookup);
  const parsed = settingsSchema.safeParse(references.value, { error: inSettingWords });
  const inherited = inheritedSchema.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, text]) => text)),
  );
  const found = [
    ...(input.document ? secretTexts(input.document) : []),
    ...references.faults,
    ...(parsed.success ? [] : settingFaults(parsed.error, settingsJsonSchema)),
    ...(policyHash === undefined ? dataFaults(input.value) : []),
  ];
  const secrets = parsed.success
    ? configuredSecrets(parsed.data, lookup, input)
    : { secrets: {}, faults: [] };
  const faults = sorted([
    ...input.faults,
    ...found.map(input.placed),
    ...secrets.faults,
    ...sources
      .flatMap(({ troubles }) => troubles)
      .map((message) => ({ source: 'secretSources', at: null, path: '', message })),
  ]);
  if (!parsed.success || !inherited.success) throw new ConfigError(faults);
  const config = toConfig(parsed.data, inherited.data, input.home, secrets.secrets, policyHash);
  const unfit = [
    ...fittingFaults(parsed.data, input),
    ...plannerFaults(config.agents),
    ...encryptionFaults(parsed.data, secrets.secrets),
  ];
  if (faults.length + unfit.length > 0) throw new ConfigError([...faults, ...unfit.map(input.placed)]);
  const settings = effectiveSettings(input, parsed.data);
  return {
    config: deepFreeze(config),
    file: input.file,
    hash: settingsHash([...settings, contentOf(config.policy)]),
    settings,
    secretSources: parsed.data.secretSources,
    notes: input.notes,
    passwords: new Map(references.names.map((name) => [name, lookup(name) ?? ''])),
    again: (newer) => understood(input, env, newer, config.policy.dataHash),
  };
};

/** As they stand in the file; what is about no line goes first. */
const sorted = (faults: readonly ConfigFault[]): readonly ConfigFault[] =>
  faults.toSorted(
    ({ at: one }, { at: other }) =>
      (one?.line ?? 0) - (other?.line ?? 0) || (one?.column ?? 0) - (other?.column ?? 0),
  );

/** The same, with what Vault has where the configuration names one. */
export const loadConfiguration = async (
  place: ConfigPlace = {},
  from: SecretSources = createSecretSources(),
): Promise<ConfigReading> => {
  const { env = process.env, cwd = process.cwd(), file } = place;
  const settings = secretSourcesOf(readSettingsInput(settingsJsonSchema, { env, cwd, file }));
  if (!settings || place.sources) return readConfiguration(place);
  return readConfiguration({ ...place, sources: await from.read(settings) });
};

/** Where a server of this configuration listens, and whether by https: read without any secret. Throws ZodError. */
export const readListener = ({ env = process.env, cwd = process.cwd(), file }: ConfigPlace = {}) => {
  const { value } = readSettingsInput(settingsJsonSchema, { env, cwd, file });
  const { host, port, tls } = listenerSchema.parse(value).server;
  return { host, port, isHttps: tls !== undefined };
};
const listenerSchema = z.object({ server: deploymentSettings.server });

/** Read before everything else: values of other settings may come from there. */
export const secretSourcesOf = ({
  value,
}: Pick<SettingsInput, 'value'>): Settings['secretSources'] | null => {
  const read = z.object(secretSourceSettings).safeParse(value);
  return read.success ? read.data.secretSources : null;
};

/** So that another content of the file is another configuration. */
const contentOf = ({ dataHash }: Config['policy']): EffectiveSetting => ({
  path: 'policy.data',
  value: dataHash,
  source: { kind: 'DEFAULT' },
});

const hashOf = (dataFile: string | undefined): string =>
  dataFile !== undefined && existsSync(dataFile) ? hash('sha256', readFileSync(dataFile)) : '';

const policyPath = z.object({ policy: z.object({ dataFile: z.string() }) });

/** Of the policy data, even where other settings have faults. */
const dataFaults = (value: unknown): SettingFault[] => {
  const read = policyPath.safeParse(value);
  if (!read.success) return [];
  return policyDataFaults(read.data.policy.dataFile).map((message) => ({
    path: ['policy', 'dataFile'],
    message,
  }));
};

const redisOf = ({ redisUrl: url, sentinelUrls, clusterUrls }: Settings['queue']): RedisServers | null =>
  url === undefined ? null : { url, sentinelUrls, clusterUrls };

const toConfig = (
  file: Settings,
  inherited: z.output<typeof inheritedSchema>,
  home: string,
  secrets: Config['secrets'],
  policyHash: string = hashOf(file.policy.dataFile),
): Config => ({
  role: file.role,
  home,
  http: httpOf(file),
  identity: { issuers: file.issuers, signIn: file.signIn },
  monitoring: monitoringOf(file, secrets),
  tracing: tracingOf(file, secrets),
  agents: agentSettingsOf(file, { apiKey: inherited.ANTHROPIC_API_KEY, model: inherited.LLM_MODEL }, secrets),
  intents: intentsOf(file.intents, home, isEmbedded(file)),
  database: databaseOf(file),
  queue: { redis: redisOf(file.queue), prefix: file.queue.prefix, lanes: file.lanes },
  approvals: { openEach: file.openApprovals, watchEveryMs: file.watchTargetsEveryMs },
  alerts: file.alerts,
  webhooks: webhookTermsOf(file),
  notifications: noticeConfigOf(file),
  audit: { anchor: anchorOf(file, home), syslog: file.audit.destinations.syslog ?? null },
  retention: retentionOf(file, home),
  backup: backupOf(file, home, secrets),
  admission: { waitingSteps: file.waitingSteps, highPerMinute: file.highPerMinute },
  policy: {
    opaUrl: file.policy.opaUrl ?? null,
    dataFile: file.policy.dataFile ?? null,
    dataHash: policyHash,
    bundleKeys: file.policy.bundleKeys,
  },
  execution: { leaseMs: file.leaseMs, reconcileEveryMs: file.reconcileEveryMs, drainMs: file.drainMs },
  executors: {
    ...completeSettings(file, home),
    egress: file.egress,
    platforms: file.platforms,
    platformModules: file.platformModules,
    programs: file.programs,
    programEnvironment: programEnvironmentOf(inherited),
  },
  encryption: encryptionOf(file, secrets),
  secrets,
  // What runs on databases of its own is meant in earnest.
  sandbox: file.sandbox ?? isEmbedded(file),
  log: logOf(file.log, home),
});

const databaseOf = ({
  database: { url, appUrl, queueUrl, replicaUrl },
  databaseConnections: connections,
}: Settings): Config['database'] => ({
  url: url ?? null,
  given: appUrl === undefined ? null : { app: appUrl, queue: queueUrl ?? null },
  replicaUrl: replicaUrl ?? null,
  connections,
});

const httpOf = (file: Settings): Config['http'] => ({
  host: file.server.host,
  port: file.server.port,
  publicUrl: file.server.url ?? null,
  tls: file.server.tls ?? null,
  limits: httpLimitsOf(file),
});

const anchorOf = ({ audit: { anchor } }: Settings, home: string): Config['audit']['anchor'] => ({
  file: resolve(home, anchor.file ?? 'audit-heads.jsonl'),
  webhook: anchor.webhook ?? null,
  everyMs: anchor.everyMs,
});

const programEnvironmentOf = ({ PATH, SSH_AUTH_SOCK }: z.output<typeof inheritedSchema>) => ({
  PATH,
  ...(SSH_AUTH_SOCK === undefined ? {} : { SSH_AUTH_SOCK }),
});

const isEmbedded = ({ role, database }: Pick<Settings, 'role' | 'database'>): boolean =>
  role === 'all' && database.url === undefined && database.appUrl === undefined;

const deepFreeze = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
};
