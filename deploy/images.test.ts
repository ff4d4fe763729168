import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { run as runLinter } from 'dockerfilelint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');
const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly networks: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
  readonly networks: object;
  readonly secrets: object;
}

const strings = { type: 'array', items: { type: 'string' } };
const isCompose = new Ajv().compile<Compose>({
  type: 'object',
  required: ['services', 'volumes', 'networks', 'secrets'],
  properties: {
    services: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['image', 'networks', 'restart'],
        not: { required: ['privileged'] },
        properties: {
          image: { type: 'string' },
          command: strings,
          networks: strings,
          volumes: strings,
          secrets: strings,
          depends_on: { type: 'object', additionalProperties: { type: 'object', required: ['condition'] } },
        },
      },
    },
    volumes: { type: 'object' },
    networks: { type: 'object' },
    secrets: { type: 'object' },
  },
});

/** It knows neither an ARG before FROM nor the start period of a HEALTHCHECK. */
const linterMistakes = (dockerfile: string): string[] =>
  dockerfile.split('\n').flatMap((line, index) => {
    if (line.startsWith('FROM ${BASE_IMAGE}')) return `${index + 1}: Base Image Missing Tag`;
    return line.startsWith('HEALTHCHECK ') ? `${index + 1}: Invalid Argument Format` : [];
  });

const pnpmOf = (dockerfile: string): string =>
  /--ignore-scripts (pnpm@\S+)$/m.exec(dockerfile)?.[1] ?? 'none';

describe('the image', { timeout: 30_000 }, () => {
  it('has a Dockerfile that a linter knows nothing against, and copies only what there is', () => {
    const dockerfile = read('Dockerfile');
    const found = runLinter(import.meta.dirname, dockerfile).map(({ title, line }) => `${line}: ${title}`);
    expect(found).toEqual(linterMistakes(dockerfile));
    expect(dockerfile).toMatch(/^USER 10001:10001$/m);
    const copied = [...dockerfile.matchAll(/COPY --from=build \/build\/(\S+) /g)].flatMap(
      ([, path = '']) => path,
    );
    const made = new Set(['packages/web/dist']);
    expect(copied.filter((path) => !made.has(path) && !existsSync(join(root, path)))).toEqual([]);
    expect(readFileSync(join(root, 'package.json'), 'utf8')).toContain(
      `"packageManager": "${pnpmOf(dockerfile)}"`,
    );
  });

  it('is asked for its health by a command that there is, as its configuration says that it is reached', () => {
    const [, found = '[]'] = /^HEALTHCHECK .*\\\n +CMD (\[.*\])$/m.exec(read('Dockerfile')) ?? [];
    const [program, script = '', ...words] = JSON.parse(found) as string[];
    expect([program, script, ...words]).toEqual(['node', 'packages/server/dist/cli.js', 'health']);
    const source = join(root, script.replace('dist/cli.js', 'src/cli.ts'));
    const { status, stderr } = spawnSync(process.execPath, [source, ...words], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], COUNTERSIGN_HOST: '0.0.0.0', PORT: '1' },
    });
    expect([status, stderr]).toEqual([1, 'http://127.0.0.1:1/livez does not answer.\n']);
  });
});

describe('the compose file', () => {
  const compose: unknown = parse(read('compose.yaml'), { merge: true });

  it('names nothing that it does not have, keeps what Redis holds, and lets nobody else reach it', () => {
    if (!isCompose(compose)) throw new Error(JSON.stringify(isCompose.errors));
    const { services } = compose;
    expect(Object.keys(services).toSorted()).toEqual(['api', 'postgres', 'redis', 'worker']);
    for (const { networks, volumes = [], secrets = [], depends_on: needs = {} } of Object.values(services)) {
      expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining([...networks]));
      expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining([...secrets]));
      expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(needs)));
      for (const [source = ''] of volumes.map((volume) => volume.split(':'))) {
        if (source.startsWith('.')) expect(existsSync(join(import.meta.dirname, source))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
    expect(services['redis']?.command?.join(' ')).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/);
    expect(compose).toMatchObject({
      networks: { inside: { internal: true } },
      services: {
        api: { read_only: true, cap_drop: ['ALL'], environment: { COUNTERSIGN_ROLE: 'api' } },
        worker: { read_only: true, cap_drop: ['ALL'], environment: { COUNTERSIGN_ROLE: 'worker' } },
        postgres: { networks: ['inside'] },
        redis: { networks: ['inside'] },
      },
    });
  });
});

describe('what compose files mount as secrets', () => {
  it('is in no commit and in no layer of a build', () => {
    const files = ['compose.yaml', 'compose.tls.yaml'].flatMap((name) => {
      const { secrets } = parse(read(name), { merge: true }) as { secrets: Record<string, { file: string }> };
      return Object.values(secrets).map(({ file }) => join('deploy', file));
    });
    expect(files).toHaveLength(4);
    for (const list of ['.gitignore', '.dockerignore']) {
      const kept = readFileSync(join(root, list), 'utf8').split('\n');
      expect([list, files.filter((file) => !kept.includes(dirname(file)))]).toEqual([list, []]);
    }
  });
});

describe('the compose file for TLS', () => {
  it('gives the api a certificate, by settings that there are, and files that it has', () => {
    const { services, secrets } = parse(read('compose.tls.yaml')) as {
      services: { api: { environment: Record<string, string>; secrets: string[] } };
      secrets: object;
    };
    expect(Object.keys(services)).toEqual(['api']);
    const { environment, secrets: given } = services.api;
    const files = Object.values(environment).map((path) => path.replace('/run/secrets/', ''));
    expect(files).toEqual(Object.keys(secrets));
    expect(given).toEqual(['database', ...files]);
    const { stdout } = spawnSync(
      process.execPath,
      [join(root, 'packages/server/src/cli.ts'), 'config', 'check'],
      { encoding: 'utf8', env: { PATH: process.env['PATH'], ...environment } },
    );
    // It knows both, and finds that they are not here.
    for (const name of Object.keys(environment))
      expect(stdout).toMatch(new RegExp(`^- ${name} .*ENOENT`, 'm'));
  });
});

describe('the systemd unit', { timeout: 30_000 }, () => {
  it.skipIf(!existsSync('/usr/bin/systemd-analyze') || !existsSync('/usr/bin/node'))(
    'is one that systemd takes, and leaves little exposed',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'countersign-units-'));
      try {
        const unit = join(folder, 'countersign@.service');
        copyFileSync(join(import.meta.dirname, 'systemd', 'countersign@.service'), unit);
        // What systemd has to say is on standard error, with code 0 too.
        const [verified, judged] = [
          ['verify', join(folder, 'countersign@api.service')],
          ['security', '--offline=yes', '--threshold=30', unit],
        ].map((words) =>
          execFileSync('sh', ['-c', 'exec systemd-analyze "$@" 2>&1', 'sh', ...words], { encoding: 'utf8' }),
        );
        expect(verified).toBe('');
        expect(judged).toContain('OK');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
