import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestExecutors } from '../testing/test-executors.ts';
import { ConfigError, readConfig } from './config.ts';

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
    if (error instanceof ConfigError) return error.faults;
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
      queue: { redisUrl: null },
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

describe('faults', () => {
  test('are all told at once, each with its place', () => {
    const faults = faultsOf(
      { PORT: 'abc', REDIS_URL: 'foo', DATABASE_URL: 'mysql://x', COUNTERSIGN_ROLE: 'x' },
      { leaseMs: 1, unknown: true, repositories: [{ location: '' }] },
    );
    for (const place of ['PORT', 'REDIS_URL', 'DATABASE_URL', 'COUNTERSIGN_ROLE']) {
      expect(faults).toContainEqual(expect.stringMatching(`^${place} `));
    }
    expect(faults).toContainEqual(expect.stringMatching(/^config\.json: leaseMs /));
    expect(faults).toContainEqual(expect.stringMatching(/^config\.json: repositories\.0\.location /));
    expect(faults).toContain('config.json: Unrecognized key: "unknown"');
    expect(faults).toContain('PORT must be a whole number from 0 to 65535');
  });

  test('tell what the file says of hosts, repositories and platforms that cannot be', () => {
    const there = { name: 'app', location: '/srv/app.git' };
    const file = {
      egress: { allowedInternalHosts: ['a b', 'git.corp', 'a/b', 'git.corp:99999'] },
      repositories: [there, there, { location: 'app.git' }],
      platforms: { gti: {}, git: {} },
    };
    expect(faultsOf({}, file)).toEqual([
      'config.json: repositories.2.location must be an absolute path, or an http(s) or ssh URL without a password in it',
      'config.json: repositories.1.name is that of another repository',
      'config.json: egress.allowedInternalHosts.0 must be a host, or a host and a port',
      'config.json: egress.allowedInternalHosts.2 must be a host, or a host and a port',
      'config.json: egress.allowedInternalHosts.3 must be a host, or a host and a port',
      'config.json: platforms.gti is none of git, http',
    ]);
  });

  test('there is none in limits for a platform that we reach', async () => {
    await using executors = createTestExecutors();
    const platforms = executors.registry.executors.map(({ traits }) => [traits.platform, {}]);
    expect(faultsOf({}, { platforms: Object.fromEntries(platforms) })).toEqual([]);
  });

  test('are one line each, also where the file is not', () => {
    writeFileSync(join(home, 'config.json'), '{\n  "leaseMs": 1,\n  oops\n}');
    expect(faultsOf({})).toEqual([expect.stringMatching(/^config\.json is not JSON: [^\n]+$/)]);
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

  test('name the variable of a secret that is missing', () => {
    expect(faultsOf({}, { secrets: { 'crm-key': { origins: ['https://crm.example.com'] } } })).toEqual([
      'config.json names the secret "crm-key", but COUNTERSIGN_SECRET_CRM_KEY is not set',
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
