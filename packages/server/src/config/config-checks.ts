import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { encryptingKey, type EncryptionKey } from '../infra/cell-cipher.ts';
import type { ConfigReading } from '../config.ts';
import { placeOf } from '../infra/database-errors.ts';
import type { LogDestinations } from '../infra/log/log-output.ts';
import type { EffectiveSetting } from './effective-settings.ts';

/** One thing that was looked at, with what it came to. */
export interface ConfigCheck {
  /** `Home` */
  readonly name: string;
  /** What was looked at: a path, a number. */
  readonly subject: string;
  readonly isPassed: boolean;
  /** `writable`, `not executable` */
  readonly finding: string;
}

const may = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
};

/** What is not there yet is made by the server, where the folder above lets it. */
const isWritable = (path: string): boolean => {
  if (existsSync(path)) return may(path, constants.W_OK);
  const above = dirname(path);
  return above !== path && isWritable(above);
};

const check = (name: string, subject: string, isPassed: boolean, finding: string): ConfigCheck => ({
  name,
  subject,
  isPassed,
  finding: isPassed ? finding : `not ${finding}`,
});

const writable = (name: string, path: string): ConfigCheck => check(name, path, isWritable(path), 'writable');

const isExecutable = (program: string, path: string): boolean =>
  isAbsolute(program)
    ? may(program, constants.X_OK)
    : path.split(delimiter).some((folder) => may(join(folder, program), constants.X_OK));

const textOf = ({ value }: EffectiveSetting): string | null => {
  const read: unknown = JSON.parse(value);
  return typeof read === 'string' ? read : null;
};

/** Nobody runs the program of a platform of which nothing is said. */
const isSetUp = (prefix: string, settings: readonly EffectiveSetting[]): boolean =>
  settings.some(({ path, source }) => path.startsWith(prefix) && source.kind !== 'DEFAULT');

/** By what settings are called: `binary` is run, what ends in Dir is written to, what ends in File is read. */
const namedFiles = ({ settings, config }: ConfigReading): ConfigCheck[] =>
  settings.flatMap((setting) => {
    const text = textOf(setting);
    if (text === null) return [];
    const { PATH = '' } = config.executors.programEnvironment;
    if (/\.binary$/.test(setting.path))
      return isSetUp(setting.path.replace(/binary$/, ''), settings)
        ? [check(setting.path, text, isExecutable(text, PATH), 'executable')]
        : [];
    if (/Dir$/.test(setting.path)) return [writable(setting.path, text)];
    if (/File$|^platformModules\..*\.path$/.test(setting.path) && setting.source.kind !== 'DEFAULT')
      return [check(setting.path, text, may(text, constants.R_OK), 'readable')];
    return [];
  });

const logChecks = (
  { file, syslog }: Pick<LogDestinations, 'file' | 'syslog'>,
  name = 'Syslog',
): ConfigCheck[] => [
  ...(file ? [writable('Log file', file.path)] : []),
  ...(syslog
    ? [check(name, `${syslog.host}:${syslog.port}`, true, syslog.isEncrypted ? 'by TLS' : 'this machine')]
    : []),
];

/** Whether it is one, and how far behind, is told while the server runs. */
const replicaCheck = (url: string | null): ConfigCheck[] =>
  url === null ? [] : [check('Replica', placeOf(url), true, 'history is read there')];

/** Whether the database's rows need others, only a start can see. */
const encryptionCheck = (keys: readonly EncryptionKey[]): ConfigCheck => {
  const names = keys.map(({ name }) => name).join(', ');
  const front = encryptingKey(keys);
  const words = front ? `payload is encrypted with ${front.name}` : 'payload is kept as it is';
  return check('Encryption', names || 'none', true, `${names && '256 bits each, '}${words}`);
};

const count = (settings: readonly EffectiveSetting[], kind: EffectiveSetting['source']['kind']): number =>
  settings.filter(({ source }) => source.kind === kind).length;

/** What a configuration without faults still needs of this machine. */
export const configChecks = (reading: ConfigReading): readonly ConfigCheck[] => {
  const { config, file, settings, secretSources } = reading;
  const { intents, audit } = config;
  const from = `${count(settings, 'FILE')} of the file, ${count(settings, 'ENVIRONMENT')} of the environment, ${count(settings, 'DEFAULT')} by default`;
  return [
    check('File', file ?? 'none', true, file === null ? 'everything by default' : 'readable, no name twice'),
    check('Settings', from, true, 'known, within limits, fit together'),
    check('Secrets', `${Object.keys(config.secrets).length} named`, true, 'found, none in the file'),
    encryptionCheck(config.encryption.keys),
    ...(secretSources.vault ? [check('Vault', secretSources.vault.address, true, 'answers')] : []),
    writable('Home', config.home),
    ...replicaCheck(config.database.replicaUrl),
    ...(intents
      ? [
          writable('Handoff directory', intents.folders.handoff),
          writable('Status directory', intents.folders.status),
          writable('Processed directory', intents.folders.processed),
          writable('Failed directory', intents.folders.failed),
          check('Workers', String(intents.workers), true, 'within limits'),
        ]
      : []),
    writable('Audit heads', audit.anchor.file),
    check('Log level', config.log.level, true, 'valid'),
    ...logChecks(config.log.destinations),
    ...logChecks({ file: null, syslog: config.audit.syslog }, 'Syslog of the record'),
    ...namedFiles(reading),
  ];
};
