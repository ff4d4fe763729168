import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestExecutors } from '../testing/test-executors.ts';
import { clusterTls } from '../testing/tls.ts';
import { ConfigError, readConfig } from './config.ts';
import { platformNames } from './platforms/index.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-config-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const read = (env: Record<string, string>, file?: unknown) => {
  if (file !== undefined) writeFileSync(join(home, 'config.json'), JSON.stringify(file));
  return readConfig({ COUNTERSIGN_HOME: home, ...env });
};

const faultsOf = (env: Record<string, string>, file?: unknown): readonly string[] => {
  try {
    read(env, file);
  } catch (error) {
    // Where in the file: config-corpus.test.ts looks at that.
    if (error instanceof ConfigError)
      return error.faults.map((line) => line.replace(/^(config\.json):\d+:\d+/, '$1'));
    throw error;
  }
  return [];
};

describe('the defaults', () => {
  test('start everything on the embedded database', () => {
    const config = read({});
    expect(config).toMatchObject({
      role: 'all',
      home,
      http: { host: 'localhost', port: 4000, publicUrl: null },
      database: { url: null },
      queue: { redis: null },
    });
    expect(config.executors.repositories).toEqual([{ name: 'demo', location: join(home, 'demo.git') }]);
  });

  test('hold for empty variables, as for missing ones', () => {
    expect(read({ PORT: '', DATABASE_URL: '' }).http.port).toBe(4000);
  });

  test('cannot be changed later', () => {
    const config = read({});
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
  });
});

describe('the users of the database', () => {
  const app = 'postgresql://app@db/shop';
  const queue = 'postgresql://queue@db/shop';

  test('are made by the owner where nobody names them', () => {
    expect(read({ DATABASE_URL: 'postgresql://owner@db/shop' }).database.given).toBeNull();
  });

  test('are named together, with the owner or without', () => {
    const { database } = read({ DATABASE_APP_URL: app, DATABASE_QUEUE_URL: queue });
    expect(database).toMatchObject({ url: null, given: { app, queue } });
    expect(read({ DATABASE_APP_URL: app, REDIS_URL: 'redis://cache' }).database.given).toEqual({
      app,
      queue: null,
    });
  });

  test('are not named by halves', () => {
    expect(faultsOf({ DATABASE_APP_URL: app })).toEqual([
      'DATABASE_APP_URL needs DATABASE_QUEUE_URL beside it where REDIS_URL is not set',
    ]);
    expect(faultsOf({ DATABASE_QUEUE_URL: queue })).toEqual([
      'DATABASE_QUEUE_URL needs DATABASE_APP_URL beside it',
    ]);
  });
});

describe('a replica', () => {
  const of = { DATABASE_URL: 'postgresql://owner@db/shop' };
  const url = 'postgresql://replica:5433/shop';

  test("stands beside a database that is somebody else's", () => {
    expect(read({ ...of, DATABASE_REPLICA_URL: url }).database.replicaUrl).toBe(url);
    expect(read(of).database.replicaUrl).toBeNull();
    expect(faultsOf({ DATABASE_REPLICA_URL: url })).toEqual([
      'DATABASE_REPLICA_URL needs DATABASE_URL beside it: the embedded database has no replica',
    ]);
  });

  test('is another server', () => {
    for (const same of ['postgresql://db/shop', 'postgresql://other@db:5432/shop?sslmode=require'])
      expect(faultsOf({ ...of, DATABASE_REPLICA_URL: same })).toEqual([
        'DATABASE_REPLICA_URL must be another server than the database itself',
      ]);
  });
});

describe('faults', () => {
  test('are all told at once, each with its place', () => {
    const faults = faultsOf(
      { PORT: 'abc', REDIS_URL: 'foo', DATABASE_URL: 'mysql://x', COUNTERSIGN_ROLE: 'x' },
      { leaseMs: 1, unknown: true, repositories: [{ location: '' }] },
    );
    for (const place of ['PORT', 'REDIS_URL', 'DATABASE_URL', 'COUNTERSIGN_ROLE']) {
      expect(faults).toContainEqual(expect.stringMatching(`^${place} `));
    }
    expect(faults).toContain('config.json leaseMs must be at least 500');
    expect(faults).toContainEqual(expect.stringMatching(/^config\.json repositories\.0\.location /));
    expect(faults).toContain('config.json unknown is no setting');
    expect(faults).toContain('PORT must be a whole number from 0 to 65535');
  });

  test('tell what the file says of hosts, repositories and platforms that cannot be', () => {
    const there = { name: 'app', location: '/srv/app.git' };
    const file = {
      egress: {
        allowedInternalHosts: ['a b', 'git.corp', 'a/b', 'git.corp:99999', '*', 'git.*', 'git.corp:0'],
      },
      repositories: [there, there, { location: 'app.git' }],
      platforms: { gti: {}, git: {} },
    };
    expect(faultsOf({}, file)).toEqual([
      'config.json egress.allowedInternalHosts.0 must be a host, or a host and a port',
      'config.json egress.allowedInternalHosts.2 must be a host, or a host and a port',
      'config.json egress.allowedInternalHosts.3 must be a host, or a host and a port',
      'config.json egress.allowedInternalHosts.4 must be a host, or a host and a port',
      'config.json egress.allowedInternalHosts.5 must be a host, or a host and a port',
      'config.json egress.allowedInternalHosts.6 must be a host, or a host and a port',
      'config.json repositories.1.name is that of another repository',
      'config.json repositories.2.location must be an absolute path, or an http(s) or ssh URL without a password in it',
      `config.json platforms.gti is none of ${platformNames.join(', ')}`,
    ]);
  });

  test('a place is said once, however it is spelled', () => {
    const environments = {
      shop: 'PRODUCTION',
      'https://Git.Example/shop.git': 'PRODUCTION',
      'https://git.example./shop/': 'DEVELOPMENT',
    };
    expect(faultsOf({}, { platforms: { git: { environments }, http: { environments } } })).toEqual(
      ['git', 'http'].map(
        (platform) =>
          `config.json platforms.${platform}.environments.https://git.example./shop/ is "https://Git.Example/shop.git" in another spelling: say once where it belongs`,
      ),
    );
  });

  test('there is none in limits for a platform that we reach', async () => {
    await using executors = createTestExecutors();
    const platforms = executors.registry.executors.map(({ traits }) => [traits.platform, {}]);
    expect(faultsOf({}, { platforms: Object.fromEntries(platforms) })).toEqual([]);
  });

  test('are one line each, also where the file is not', () => {
    writeFileSync(join(home, 'config.json'), '{\n  "leaseMs": 1,\n  oops\n}');
    expect(faultsOf({})).toEqual(['config.json is not JSON: Expected double-quoted property name']);
  });

  test.each(['postgresql://me@db', 'postgresql://me@db/', 'postgres://me@db:5432?sslmode=require'])(
    'tell a database without a name: %s',
    (DATABASE_URL) => {
      expect(faultsOf({ DATABASE_URL })).toEqual([
        'DATABASE_URL must end in the name of a database: postgresql://HOST/NAME',
      ]);
    },
  );

  test('tell a file that is not JSON', () => {
    writeFileSync(join(home, 'config.json'), '{');
    expect(faultsOf({})).toEqual([expect.stringMatching(/^config\.json is not JSON/)]);
  });

  test.each([
    'http://h/api/v1',
    'https://h/?a=b',
    'https://h?',
    'https://h#',
    'https://me@h',
    'https://*.example.com',
    'https:\\\\h',
    'ftp://h',
  ])('tell what is more than an origin, wherever one is meant: %s', (given) => {
    const file = { secrets: { crm: { origins: [given] } }, idempotentOrigins: [given] };
    const faults = faultsOf({ COUNTERSIGN_URL: given, COUNTERSIGN_SECRET_CRM: 's3cret' }, file);
    expect(faults.map((fault) => fault.split(' must ')[0])).toEqual([
      'COUNTERSIGN_URL',
      'config.json secrets.crm.origins.0',
      'config.json idempotentOrigins.0',
    ]);
  });

  test('are none in an origin, however it is written', () => {
    const { executors } = read(
      {},
      { idempotentOrigins: ['https://H.example/', 'http://h:80', 'http://[::1]:8080'] },
    );
    expect(executors.idempotentOrigins).toEqual(['https://h.example', 'http://h', 'http://[::1]:8080']);
  });

  test.each(['http://h/?a=b', 'http://me:pass@h', 'http://h/opa#x'])('tell of OPA_URL %s', (OPA_URL) => {
    expect(faultsOf({ OPA_URL })).toEqual(['OPA_URL must have no query, no fragment and no user']);
    expect(read({ OPA_URL: 'http://h/opa' }).policy.opaUrl).toBe('http://h/opa');
  });

  test('tell headers that nobody may let callers set, however they are written', () => {
    const allowedHeaders = ['x-api-version', 'X_HTTP_Method-Override', 'Host', 'authorization', 'a b', ''];
    expect(faultsOf({}, { allowedHeaders }).map((fault) => fault.split(' ')[1])).toEqual(
      [1, 2, 3, 4, 5].map((index) => `allowedHeaders.${index}`),
    );
    expect(read({}, { allowedHeaders: ['X-Api-Version'] }).executors.allowedHeaders).toEqual([
      'X-Api-Version',
    ]);
  });

  test('tell a name that is given twice, at any depth, with its place', () => {
    writeFileSync(
      join(home, 'config.json'),
      '{ "leaseMs": 1000,\n  "lanes": {"LOW": {"slots": 1, "slots": 2}},\n  "repositories": [{"location": "/a"}, {"location": "/b", "n\\u0061me": "a", "name": "b"}],\n  "leaseMs": 2000 }',
    );
    expect(faultsOf({})).toEqual([
      'config.json lanes.LOW.slots is given twice: leave one of them out',
      'config.json repositories.1.name is given twice: leave one of them out',
      'config.json leaseMs is given twice: leave one of them out',
    ]);
  });

  test('are none where the same name stands in several objects, or in a text', () => {
    const lanes = { LOW: { slots: 1 }, HIGH: { slots: 1 } };
    const author = { name: '"name": {"name": ', email: 'a,b:{}[]' };
    expect(faultsOf({}, { lanes, author })).toEqual([]);
  });

  test('tell bad policy data along with everything else', () => {
    const data = join(home, 'data.json');
    writeFileSync(data, '{"settings": {}}');
    const faults = faultsOf({ COUNTERSIGN_POLICY_DATA: data, PORT: 'abc' }, { leaseMs: 1 });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual(
      expect.arrayContaining(['PORT', 'config.json', 'COUNTERSIGN_POLICY_DATA']),
    );
    expect(faultsOf({ COUNTERSIGN_POLICY_DATA: join(home, 'none.json') }, {})).toEqual([
      'COUNTERSIGN_POLICY_DATA cannot be read (ENOENT)',
    ]);
  });

  test('are none in a byte order mark, and are told of text that is not UTF-8', () => {
    writeFileSync(join(home, 'config.json'), '\uFEFF{"leaseMs": 1000}');
    expect(read({}).execution.leaseMs).toBe(1_000);
    writeFileSync(join(home, 'config.json'), Buffer.from('\uFEFF{}', 'utf16le'));
    expect(faultsOf({})).toEqual(['config.json is not UTF-8 text: save it as UTF-8']);
  });

  test('tell a secret that is too short to be kept out of the record', () => {
    const file = { secrets: { crm: { origins: ['https://crm.example.com'] } } };
    expect(faultsOf({ COUNTERSIGN_SECRET_CRM: '12345' }, file)).toEqual([
      expect.stringMatching(/^COUNTERSIGN_SECRET_CRM must have at least 6 characters/),
    ]);
  });

  test('name the variable of a secret that is missing', () => {
    expect(faultsOf({}, { secrets: { 'crm-key': { origins: ['https://crm.example.com'] } } })).toEqual([
      'config.json secrets.crm-key names the secret "crm-key", which no source has: set COUNTERSIGN_SECRET_CRM_KEY, or put it into a secret source',
    ]);
  });
});

describe('clusters', () => {
  const cluster = { server: 'https://10.0.0.1:6443/k8s', tokenSecret: 'shop', namespaces: ['shop'] };

  test('bring the secrets that they name, and who vouches for them', () => {
    const ca = join(home, 'ca.pem');
    writeFileSync(ca, clusterTls.cert);
    const file = {
      clusters: { live: cluster },
      egress: { certificateAuthorities: { 'https://10.0.0.1:6443': ca } },
    };
    expect(faultsOf({}, file)).toEqual([
      'config.json clusters.live.tokenSecret names the secret "shop", which no source has: set COUNTERSIGN_SECRET_SHOP, or put it into a secret source',
    ]);
    const { executors, secrets } = read({ COUNTERSIGN_SECRET_SHOP: 'a-token' }, file);
    expect(executors.clusters).toEqual({ live: cluster });
    expect(secrets.shop).toEqual({ value: 'a-token', origins: [] });
    expect(executors.egress.certificateAuthorities).toEqual({ 'https://10.0.0.1:6443': clusterTls.cert });
  });

  test('tell what cannot be, each with its place', () => {
    writeFileSync(join(home, 'none.pem'), 'no certificate');
    const file = {
      clusters: {
        Live: cluster,
        live: { ...cluster, server: 'https://me@h', namespaces: ['*', 'Shop'] },
        idle: { ...cluster, namespaces: [] },
      },
      egress: {
        certificateAuthorities: {
          'https://a': join(home, 'none.pem'),
          'https://b': join(home, 'missing.pem'),
          'https://c': 'ca.pem',
        },
      },
    };
    const places = faultsOf({}, file).map((fault) => fault.split(' ')[1]);
    expect(places).toEqual([
      'clusters.Live',
      'clusters.live.server',
      'clusters.live.namespaces.1',
      'clusters.idle.namespaces',
      'egress.certificateAuthorities.https://a',
      'egress.certificateAuthorities.https://b',
      'egress.certificateAuthorities.https://c',
    ]);
  });
});

describe('secrets', () => {
  test('come from the environment by the names in the file', () => {
    const config = read(
      { COUNTERSIGN_SECRET_CRM: 's3cret' },
      { secrets: { crm: { origins: ['https://crm.example.com'] } } },
    );
    expect(config.secrets).toEqual({ crm: { value: 's3cret', origins: ['https://crm.example.com'] } });
  });
});
