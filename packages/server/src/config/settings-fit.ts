import type { SettingFault } from './config-faults.ts';
import { isPair } from './tls-settings.ts';
import { placeOf } from '../infra/database-errors.ts';
import { variableOf, type SettingsInput } from './settings-input.ts';
import type { Settings } from './settings-schema.ts';

type Rule = (settings: Settings, name: (path: readonly string[]) => string) => readonly SettingFault[];

const fault = (isBroken: boolean, path: readonly PropertyKey[], message: string): SettingFault[] =>
  isBroken ? [{ path, message }] : [];

/** The application and its queue are two users: one of them without the other is a setting cut in half. */
const logins: Rule = ({ database: { appUrl, queueUrl }, queue: { redisUrl } }, name) => [
  ...fault(
    appUrl === undefined && queueUrl !== undefined,
    ['database', 'queueUrl'],
    `needs ${name(['database', 'appUrl'])} beside it`,
  ),
  ...fault(
    appUrl !== undefined && queueUrl === undefined && redisUrl === undefined,
    ['database', 'appUrl'],
    `needs ${name(['database', 'queueUrl'])} beside it where ${name(['queue', 'redisUrl'])} is not set`,
  ),
];

const redis: Rule = ({ queue: { redisUrl, sentinelUrls, clusterUrls } }, name) => [
  ...fault(
    redisUrl === undefined && sentinelUrls.length > 0,
    ['queue', 'sentinelUrls'],
    `needs ${name(['queue', 'redisUrl'])} beside it, whose host is the name of the primary`,
  ),
  ...fault(
    redisUrl === undefined && clusterUrls.length > 0,
    ['queue', 'clusterUrls'],
    `needs ${name(['queue', 'redisUrl'])} beside it, which is one node of the cluster`,
  ),
  ...fault(
    sentinelUrls.length > 0 && clusterUrls.length > 0,
    ['queue', 'clusterUrls'],
    'cannot stand beside sentinelUrls: a cluster has no sentinels',
  ),
  ...fault(
    clusterUrls.length > 0 && redisUrl !== undefined && !['', '/', '/0'].includes(new URL(redisUrl).pathname),
    ['queue', 'redisUrl'],
    'cannot name a database: a cluster has one alone',
  ),
];

const replica: Rule = ({ database: { url, appUrl, replicaUrl } }, name) => [
  ...fault(
    replicaUrl !== undefined && url === undefined && appUrl === undefined,
    ['database', 'replicaUrl'],
    `needs ${name(['database', 'url'])} beside it: the embedded database has no replica`,
  ),
  ...fault(
    replicaUrl !== undefined &&
      [url, appUrl].some((other) => other !== undefined && placeOf(other) === placeOf(replicaUrl)),
    ['database', 'replicaUrl'],
    'must be another server than the database itself',
  ),
];

/** The embedded database is one process's alone. */
const shared: Rule = ({ role, database }) =>
  fault(
    role !== 'all' && database.url === undefined && database.appUrl === undefined,
    ['role'],
    `${role} shares a database with other processes: set database.url`,
  );

const retries: Rule = ({ webhooks: { firstRetryMs, longestRetryMs } }) =>
  fault(
    firstRetryMs > longestRetryMs,
    ['webhooks', 'firstRetryMs'],
    `must be at most longestRetryMs, ${longestRetryMs}`,
  );

const folders: Rule = ({ intents: { handoff, status, processed, failed } }) =>
  Object.entries({ handoff, status, processed, failed }).flatMap(([key, folder], index, all) =>
    fault(
      folder !== undefined && all.slice(0, index).some(([, other]) => other === folder),
      ['intents', key],
      'must be a folder of its own',
    ),
  );

const tls: Rule = ({ egress: { certificateAuthorities = {} }, server: { url, tls: own }, signIn }) => [
  ...Object.keys(certificateAuthorities).flatMap((origin) =>
    fault(
      !origin.startsWith('https:'),
      ['egress', 'certificateAuthorities', origin],
      'must be an https origin: nobody vouches for a connection that is not encrypted',
    ),
  ),
  ...fault(
    signIn !== undefined && url !== undefined && !isPrivate(url),
    ['server', 'url'],
    'must be https where people sign in at an issuer',
  ),
  ...fault(
    own !== undefined && url?.startsWith('http:') === true,
    ['server', 'url'],
    'must be https where server.tls is',
  ),
  ...fault(
    own !== undefined && !isPair(own),
    ['server', 'tls', 'keyFile'],
    'is not the key of certificateFile',
  ),
];

const isPrivate = (url: string): boolean =>
  url.startsWith('https:') || ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);

const ports: Rule = ({ server: { port, url }, notifications: { mail } }) => [
  ...fault(
    port === 0 && url !== undefined,
    ['server', 'port'],
    'must be said where server.url is: a proxy could not find a free port',
  ),
  ...fault(
    mail?.isEncrypted === true && (mail.port === 25 || mail.port === 587),
    ['notifications', 'mail', 'port'],
    'begins without encryption: 465 is encrypted from the first byte, or leave isEncrypted out',
  ),
];

const limits: Rule = ({ health: { perSecond, perMinute, perHour } }) =>
  fault(
    perSecond > perMinute || perMinute > perHour,
    ['health'],
    'must let in no more in a second than in a minute, and no more in a minute than in an hour',
  );

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

const destinations: Rule = ({ log, audit }) => [
  ...receiver(log.destinations.syslog, ['log', 'destinations', 'syslog']),
  ...receiver(audit.destinations.syslog, ['audit', 'destinations', 'syslog']),
];

const receiver = (
  syslog: Settings['log']['destinations']['syslog'],
  path: readonly string[],
): readonly SettingFault[] => {
  if (!syslog) return [];
  const { host, isEncrypted, certificateFile, keyFile } = syslog;
  return [
    ...fault(
      !isEncrypted && !loopback.test(host),
      [...path, 'isEncrypted'],
      'may be false on this machine alone: what is sent would pass a network for all to read',
    ),
    ...fault(
      (certificateFile === undefined) !== (keyFile === undefined),
      path,
      'needs certificateFile and keyFile, or neither',
    ),
    ...fault(
      certificateFile !== undefined && keyFile !== undefined && !isPair({ certificateFile, keyFile }),
      [...path, 'keyFile'],
      'is not the key of certificateFile',
    ),
  ];
};

const rules: readonly Rule[] = [
  logins,
  replica,
  redis,
  shared,
  retries,
  folders,
  tls,
  ports,
  limits,
  destinations,
];

/** What each setting allows and all of them together do not. */
export const fittingFaults = (
  settings: Settings,
  { sourceOf }: Pick<SettingsInput, 'sourceOf'>,
): SettingFault[] =>
  rules.flatMap((rule) =>
    rule(settings, (path) => (sourceOf(path).kind === 'FILE' ? path.join('.') : variableOf(path))),
  );
