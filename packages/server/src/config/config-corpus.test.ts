import {
  mkdtempSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { agent, stranger } from '../../testing/tls-parties.ts';
import { readConfiguration } from '../config.ts';
import { ConfigError, type ConfigFault } from './config-faults.ts';
import { configurationSchema, publishedSchema } from './published-schema.ts';
import { choicesOf, settingsIn } from './schema-walk.ts';
import { settingWords } from './setting-words.ts';
import { settingsJsonSchema } from './settings-schema.ts';

const home = mkdtempSync(join(tmpdir(), 'countersign-corpus-'));
afterAll(() => {
  rmSync(home, { recursive: true });
});

const file = join(home, 'given.yaml');
const read = (text: string | Buffer, env: Record<string, string> = {}, path = file) => {
  writeFileSync(path, text);
  return readConfiguration({ env, cwd: home, file: path });
};
const faultsOf = (...given: Parameters<typeof read>): readonly ConfigFault[] => {
  try {
    read(...given);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.found;
    throw error;
  }
};

/** A document in which a value stands at a path, on the last line. */
const yamlAt = (path: readonly string[], value: string): string =>
  path.map((key, depth) => `${'  '.repeat(depth)}${key}:`).join('\n') + ` ${value}\n`;

const leaves = settingsIn(settingsJsonSchema).filter(
  ({ node }) => !choicesOf(node).some(({ properties }) => properties),
);

// A bad document for every setting and every way in which it can be bad; every other one is as good as all.
const corpus = leaves
  .flatMap(({ path, node }) => {
    const choices = choicesOf(node);
    const isText = choices.some(({ type }) => type === 'string' || type === undefined);
    const name = path.join('.');
    return [
      [`${name}: another kind`, path, isText ? '[[1]]' : '"words"'] as const,
      [`${name}: a misspelt name`, [...path.slice(0, -1), `${String(path.at(-1))}x`], '1'] as const,
      ...choices.flatMap(({ minimum, maximum }) => [
        ...(minimum === undefined ? [] : [[`${name}: too little`, path, String(minimum - 1)] as const]),
        ...(maximum === undefined ? [] : [[`${name}: too much`, path, String(maximum + 1)] as const]),
      ]),
    ];
  })
  .filter((_, index) => index % 2 === 0);

test('every setting, bad in every way that its schema knows, is told with its line and its path', () => {
  expect(corpus.length).toBeGreaterThan(100);
  const missed = corpus.filter(([, path, value]) => {
    const line = path.length;
    return !faultsOf(yamlAt(path, value)).some(
      (fault) => fault.at?.line === line && fault.path.startsWith(path.join('.')),
    );
  });
  expect(missed.map(([name]) => name)).toEqual([]);
}, 240_000);

test.each([
  ['nothing closes a list', 'a: [', /is not YAML/],
  ['a tab indents', 'limits:\n\tcaller: 1', /is not YAML/],
  ['there are two documents', 'leaseMs: 1000\n---\nleaseMs: 1000', /must be one document/],
  ['a tag makes an object', '!!js/function x', /Unresolved tag/],
  ['a name is given twice', 'leaseMs: 1000\nleaseMs: 2000', /^given.yaml:2:1 leaseMs is given twice/],
  ['it is a list', '- leaseMs', /must be an object/],
  ['it is nested too deeply', '['.repeat(20_000), /nested deeper/],
  ['aliases multiply', bomb(), /anchors too often/],
  ['it is too large', `author: { name: ${'x'.repeat(1_100_000)} }`, /larger than/],
  ['a token stands in it', 'slack: { tokenSecret: xoxb-123456789012-abc }', /holds a token of Slack/],
  ['a password stands in it', 'database: { url: "postgresql://a:b@h/d" }', /holds a URL with a password/],
  ['a key stands in it', 'author: { name: "-----BEGIN EC PRIVATE KEY-----" }', /holds a private key/],
  [
    'a password is set',
    'notifications: { mail: { host: h, from: abc, password: x } }',
    /secrets never stand/,
  ],
  ['a reference is where none can be', 'author: { name: secret:me }', /cannot be a secret/],
  ['a reference leads nowhere', 'database: { url: secret:db }', /names the secret "db", which no source has/],
  [
    'a URL of the database would take the place of what each session is given',
    'database: { appUrl: "postgresql://h/d?sslmode=require&options=-c%20work_mem%3D64MB" }',
    /appUrl.*must have no options=.*ALTER ROLE/,
  ],
  ['a worker has no database', 'role: worker', /shares a database/],
  ['retries go backwards', 'webhooks: { firstRetryMs: 500, longestRetryMs: 100 }', /at most longestRetryMs/],
  ['folders are the same', 'intents: { handoff: /a, failed: /a }', /folder of its own/],
  [
    'a secret goes to a collector unencrypted',
    'tracing: { endpoint: "http://collector:4318", secretHeaders: { authorization: of-it } }',
    /must be https, or on this machine/,
  ],
  ['a free port is announced', 'server: { port: 0, url: "https://h" }', /must be said where/],
  [
    'mail is encrypted too early',
    'notifications: { mail: { host: h, from: abc, isEncrypted: true } }',
    /465/,
  ],
  ['a certificate is nowhere', 'server: { tls: { certificateFile: /none, keyFile: /none } }', /ENOENT/],
  [
    'a key is a certificate',
    `server: { tls: ${filesOf(agent.cert, agent.cert)} }`,
    /of a private key in PEM/,
  ],
  ["a key is another one's", `server: { tls: ${filesOf(agent.cert, stranger.key)} }`, /not the key of/],
  [
    'an encrypted server says http',
    `server: { url: "http://h", tls: ${filesOf(agent.cert, agent.key)} }`,
    /must be https where server.tls is/,
  ],
  ['a receiver is no host', 'log: { destinations: { syslog: { host: "a b" } } }', /a name or an address/],
  [
    'the log would pass a network in the clear',
    'log: { destinations: { syslog: { host: logs.example.com, isEncrypted: false } } }',
    /on this machine alone/,
  ],
  [
    'a certificate has no key',
    `log: { destinations: { syslog: { host: h, ${filesOf(agent.cert, agent.key).slice(1, -1).replace(/,.*/, '')} } } }`,
    /certificateFile and keyFile, or neither/,
  ],
  [
    "a certificate of the log has another one's key",
    `log: { destinations: { syslog: { host: h, ${filesOf(agent.cert, stranger.key).slice(1, -1)} } } }`,
    /not the key of/,
  ],
  ['limits contradict each other', 'health: { perSecond: 500 }', /no more in a second/],
  [
    'a secret folder is not there',
    'secretSources: { files: [/nowhere/at/all] }',
    /cannot be read \(ENOENT\)/,
  ],
])('where %s, that is said', (_, text, words) => {
  const lines = faultsOf(text).map(({ source, at, path, message }) =>
    [`${source.replace(/^.*\//, '')}${at ? `:${at.line}:${at.column}` : ''}`, path, message]
      .filter((part) => part !== '')
      .join(' '),
  );
  expect(lines).toContainEqual(expect.stringMatching(words));
});

function filesOf(certificate: string, key: string): string {
  const folder = mkdtempSync(join(home, 'tls-'));
  const [certificateFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  writeFileSync(certificateFile, certificate);
  writeFileSync(keyFile, key);
  return JSON.stringify({ certificateFile, keyFile });
}

function bomb(): string {
  const rows = Array.from({ length: 9 }, (_, row) =>
    row === 0 ? 'a0: &a0 [x, x, x, x, x, x, x, x]' : `a${row}: &a${row} [${`*a${row - 1}, `.repeat(8)}]`,
  );
  return rows.join('\n');
}

test('a byte order mark is nothing, and other encodings are told', () => {
  expect(read('\uFEFFleaseMs: 1000').config.execution.leaseMs).toBe(1_000);
  expect(faultsOf(Buffer.from('\uFEFFleaseMs: 1000', 'utf16le'))[0]?.message).toMatch(/UTF-8/);
});

test('variables go over the file, by the path of the setting', () => {
  const { config, settings, notes } = read(
    'limits: { caller: { limit: 5, windowMs: 60000 } }\nleaseMs: 900',
    {
      COUNTERSIGN_LIMITS_CALLER_LIMIT: '77',
      COUNTERSIGN_TRUSTED_PROXIES: '[10.0.0.0/8]',
      COUNTERSIGN_PLATFORMS_GIT_RETRIES: '{ share: 0.5, perSecond: 1 }',
      COUNTERSIGN_LEASE_MZ: '1',
      // As Kubernetes sets them for a service of our name.
      COUNTERSIGN_SERVICE_HOST: '10.0.0.1',
      COUNTERSIGN_PORT: 'tcp://10.0.0.1:4000',
    },
  );
  expect(config.http.limits.rates.caller).toEqual({ limit: 77, windowMs: 60_000 });
  expect(config.http.limits.trustedProxies).toEqual(['10.0.0.0/8']);
  expect(config.executors.platforms['git']?.retries).toEqual({ share: 0.5, perSecond: 1 });
  const sources = Object.fromEntries(settings.map(({ path, source }) => [path, source]));
  expect(sources).toMatchObject({
    'limits.caller.limit': { kind: 'ENVIRONMENT', variable: 'COUNTERSIGN_LIMITS_CALLER_LIMIT' },
    'limits.caller.windowMs': { kind: 'FILE', line: 1 },
    leaseMs: { kind: 'FILE', line: 2 },
    drainMs: { kind: 'DEFAULT' },
  });
  expect(notes).toEqual([
    'COUNTERSIGN_LEASE_MZ is no setting, and ignored: did you mean COUNTERSIGN_LEASE_MS?',
  ]);
  expect(faultsOf('', { COUNTERSIGN_LEASE_MS: 'soon' })[0]).toMatchObject({
    source: 'COUNTERSIGN_LEASE_MS',
    message: 'must be a number',
  });
});

test('a connection is a secret as a whole, and is shown by its name alone', () => {
  const { config, settings } = read('database: { url: secret:db }', {
    COUNTERSIGN_SECRET_DB: 'postgresql://me:hunter2@h/d',
    REDIS_URL: 'redis://me:hunter2@h',
  });
  expect(config.database.url).toBe('postgresql://me:hunter2@h/d');
  expect(JSON.stringify(settings)).not.toContain('hunter2');
});

test('Redis is one server, what sentinels name, or a cluster, and each URL may be a secret', () => {
  const { config } = read(
    'queue: { redisUrl: "redis://primary", sentinelUrls: [secret:one, "redis://s2:26380"] }',
    { COUNTERSIGN_SECRET_ONE: 'redis://:hunter2@s1' },
  );
  expect(config.queue.redis).toEqual({
    url: 'redis://primary',
    sentinelUrls: ['redis://:hunter2@s1', 'redis://s2:26380'],
    clusterUrls: [],
  });
  const messagesOf = (text: string) => faultsOf(text).map(({ path, message }) => `${path}: ${message}`);
  const faults = messagesOf('queue: { sentinelUrls: ["redis://s"], clusterUrls: ["http://s"] }');
  expect(faults).toContainEqual(expect.stringContaining('clusterUrls'));
  expect(messagesOf('queue: { sentinelUrls: ["redis://s"] }')).toEqual([
    'queue.sentinelUrls: needs REDIS_URL beside it, whose host is the name of the primary',
  ]);
  expect(
    messagesOf('queue: { redisUrl: "redis://h/3", sentinelUrls: ["redis://s"], clusterUrls: ["redis://c"] }'),
  ).toEqual([
    'queue.clusterUrls: cannot stand beside sentinelUrls: a cluster has no sentinels',
    'queue.redisUrl: cannot name a database: a cluster has one alone',
  ]);
});

test('secrets of a mounted folder are all of one moment, and the environment goes before them', () => {
  const folder = join(home, 'mounted');
  const swap = (version: string, value: string): void => {
    mkdirSync(join(folder, version), { recursive: true });
    writeFileSync(join(folder, version, 'crm'), `${value}\n`);
    symlinkSync(version, join(folder, '..data_new'));
    renameSync(join(folder, '..data_new'), join(folder, '..data'));
  };
  swap('..one', 'first-value');
  symlinkSync('..data/crm', join(folder, 'crm'));
  const text = `secretSources: { files: [${folder}] }\nsecrets: { crm: { origins: ["https://crm.example"] } }`;
  const value = (env?: Record<string, string>) => read(text, env).config.secrets['crm']?.value;
  expect(value()).toBe('first-value');
  swap('..two', 'second-value');
  expect(value()).toBe('second-value');
  expect(value({ COUNTERSIGN_SECRET_CRM: 'third-value' })).toBe('third-value');
});

test('the hash is that of what all processes share, secrets left out', () => {
  const hash = (text: string, env?: Record<string, string>) => read(text, env).hash;
  expect(hash('leaseMs: 1000')).toBe(hash('leaseMs:   1000', { PORT: '0' }));
  expect(hash('leaseMs: 1000')).not.toBe(hash('leaseMs: 1001'));
});

test('of two files in one home neither is chosen', () => {
  writeFileSync(join(home, 'countersign.yaml'), '');
  writeFileSync(join(home, 'config.json'), '{}');
  expect(() => readConfiguration({ env: { COUNTERSIGN_HOME: home }, cwd: home })).toThrow(/keep one of them/);
});

// Printed anew: `npm run -s countersign -- config schema > docs/operations/countersign.schema.json`, then oxfmt.
test('the published schema is that of the code, and says of each setting what it is', () => {
  const page = '../../../../docs/operations/countersign.schema.json';
  const bare = settingsIn(publishedSchema).filter(({ node }) => node.description === undefined);
  expect(bare.map(({ path }) => path.join('.'))).toEqual([]);
  const paths = new Set(settingsIn(publishedSchema).map(({ path }) => path.join('.')));
  expect(Object.keys(settingWords).filter((path) => !paths.has(path))).toEqual([]);
  expect(JSON.parse(readFileSync(new URL(page, import.meta.url), 'utf8'))).toEqual(
    JSON.parse(configurationSchema()),
  );
});
