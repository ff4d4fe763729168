import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sized } from '../../testing/chaos.ts';
import { startConfiguredServer, type ConfiguredServer } from '../../testing/configured-server.ts';
import { until } from '../../testing/until.ts';

/** A platform that says what it was sent, once it may. */
const stack = new AsyncDisposableStack();
const seen: string[] = [];
let held: Promise<void> = Promise.resolve();
const answer = async ({ url, headers }: IncomingMessage, response: ServerResponse): Promise<void> => {
  const key = String(headers['x-key'] ?? '');
  seen.push(key);
  if (url === '/slow') await held;
  response.end(`you sent ${key}`);
};
const platform = createServer((request, response) => void answer(request, response));
let origin: string;
let server: ConfiguredServer;
let base: (more?: object) => object;
const [oldValue, newValue] = ['the-old-value-of-crm', 'the-new-value-of-crm'];

beforeAll(async () => {
  platform.listen(0, '127.0.0.1');
  await once(platform, 'listening');
  stack.defer(() => {
    platform.closeAllConnections();
    platform.close();
  });
  origin = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  const settings =
    (folder: string) =>
    (more: object = {}): object => ({
      sandbox: false,
      log: { level: 'info' },
      secretSources: { files: [join(folder, 'secrets')], everyMs: 100 },
      secrets: { crm: { origins: [origin] } },
      egress: { allowedInternalHosts: [new URL(origin).host] },
      ...more,
    });
  server = stack.use(
    await startConfiguredServer({
      secrets: { crm: oldValue },
      settings(folder) {
        base = settings(folder);
        return base();
      },
      // From when it can be taken, which is long before anybody listens for it.
      whileStarting: (child) => {
        const timer = setInterval(() => {
          if (catchesHangUp(child.pid ?? 0)) child.kill('SIGHUP');
        }, 50);
        child.stdout?.on('data', (chunk: Buffer) => {
          if (chunk.includes('is ready at')) clearInterval(timer);
        });
        child.once('exit', () => clearInterval(timer));
      },
    }),
  );
});
afterAll(() => stack.disposeAsync());

/** Whether a process has said what becomes of SIGHUP: until it has, the system ends it. */
const catchesHangUp = (pid: number): boolean => {
  const [, caught = '0'] = /^SigCgt:\s*([\da-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (BigInt(`0x${caught}`) & 1n) === 1n;
};

interface Told {
  readonly loadedAt: string;
  readonly hash: string;
  readonly waiting: readonly string[];
  readonly troubles: readonly string[];
  readonly settings: readonly {
    readonly path: string;
    readonly value: string;
    readonly from: string;
    readonly next: string | null;
  }[];
  readonly lastReload: Reload | null;
}
interface Reload {
  readonly isTaken: boolean;
  readonly cause: string;
  readonly faults: readonly {
    readonly path: string;
    readonly line: number | null;
    readonly message: string;
  }[];
  readonly changes: readonly { readonly path: string; readonly outcome: string }[];
}
const reloadFields =
  'at isTaken cause faults { source line column path message } changes { path before after outcome }';

const told = async (): Promise<Told> =>
  (
    await server.asks(
      server.keys.adminKey,
      `{ configuration { process file hash loadedAt waiting troubles settings { path value from isReloadable next }
         lastReload { ${reloadFields} } } }`,
    )
  )['configuration'] as Told;

const reload = async (): Promise<Reload> => {
  const { reloadConfiguration } = (await server.asks(
    server.keys.adminKey,
    `mutation { reloadConfiguration(input: {}) { reload { ${reloadFields} } refusal { code message } } }`,
  )) as { reloadConfiguration: { reload: Reload | null; refusal: unknown } };
  expect(reloadConfiguration.refusal).toBeNull();
  return reloadConfiguration.reload!;
};

const outcomes = ({ changes }: Reload): Record<string, string> =>
  Object.fromEntries(changes.map(({ path, outcome }) => [path, outcome]));

let asked = 0;
const submits = async (path = '/things'): Promise<string> => {
  asked += 1;
  const { executeTask } = (await server.asks(
    server.keys.agentKey,
    `mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id } refusal { code message } } }`,
    {
      input: {
        idempotencyKey: `ask-${asked}`,
        goal: 'Ask it',
        actions: [
          {
            type: 'http.request',
            params: { method: 'GET', url: `${origin}${path}`, secretHeaders: { 'X-Key': 'crm' } },
          },
        ],
      },
    },
  )) as { executeTask: { task: { id: string } | null; refusal: { message: string } | null } };
  if (!executeTask.task) throw new Error(executeTask.refusal?.message);
  return executeTask.task.id;
};

const ended = (id: string): Promise<{ status: string; output: string }> =>
  until(
    async () => {
      const { task } = (await server.asks(
        server.keys.agentKey,
        'query ($id: ID!) { task(id: $id) { status run { steps { output } } } }',
        { id },
      )) as { task: { status: string; run: { steps: { output: unknown }[] } | null } };
      return ['SUCCEEDED', 'FAILED', 'NEEDS_ATTENTION', 'CANCELLED', 'DENIED'].includes(task.status)
        ? { status: task.status, output: JSON.stringify(task.run?.steps) }
        : undefined;
    },
    () => `task ${id} did not end: ${server.log()}`,
  );

/** Until a signal was taken up, or what it brought was refused. */
const signalled = async (): Promise<Reload> => {
  const before = (await told()).lastReload;
  server.signals();
  return until(
    async () => {
      const { lastReload } = await told();
      return JSON.stringify(lastReload) === JSON.stringify(before) ? undefined : (lastReload ?? undefined);
    },
    () => server.log(),
  );
};

describe('signals while it starts', () => {
  it('end nothing, and one reload comes of them', async () => {
    const { cause, isTaken } = await until(
      async () => (await told()).lastReload ?? undefined,
      () => server.log(),
    );
    expect({ cause, isTaken }).toEqual({ cause: 'SIGNAL', isTaken: true });
  });
});

describe('a reload', () => {
  it('takes up limits, hosts and repositories, and says what waits for a restart', async () => {
    await server.writes(
      base({
        openApprovals: 7,
        leaseMs: 20_000,
        repositories: [{ name: 'site', location: '/srv/git/site.git' }],
        egress: { allowedInternalHosts: [new URL(origin).host, 'crm.internal'] },
      }),
    );
    expect(outcomes(await signalled())).toEqual({
      openApprovals: 'APPLIED',
      repositories: 'APPLIED',
      'egress.allowedInternalHosts': 'APPLIED',
      leaseMs: 'NEEDS_RESTART',
    });
    const { capabilities } = (await server.asks(
      server.keys.agentKey,
      '{ capabilities { internalHosts targets { name } maxOpenApprovals } }',
    )) as {
      capabilities: {
        internalHosts: string[];
        targets: { name: string }[];
        maxOpenApprovals: number;
      };
    };
    expect(capabilities.internalHosts).toContain('crm.internal');
    expect(capabilities.targets.map(({ name }) => name)).toContain('site');
    expect(capabilities.maxOpenApprovals).toBe(7);

    const { settings, waiting } = await told();
    expect(waiting).toEqual(['leaseMs']);
    expect(settings.find(({ path }) => path === 'leaseMs')).toMatchObject({ value: '30000', next: '20000' });
    expect(settings.find(({ path }) => path === 'openApprovals')).toMatchObject({ value: '7' });

    // What was put back waits for nothing any more.
    await server.writes(base());
    expect(outcomes(await reload())).toEqual({
      openApprovals: 'APPLIED',
      repositories: 'APPLIED',
      'egress.allowedInternalHosts': 'APPLIED',
    });
    expect((await told()).waiting).toEqual([]);
  });

  it('is on record for whoever looks after the installation', async () => {
    const { auditEntries } = (await server.asks(
      server.keys.adminKey,
      '{ auditEntries(first: 20) { nodes { type summary actor { name } } } }',
    )) as { auditEntries: { nodes: { type: string; actor: { name: string } | null }[] } };
    const reloads = auditEntries.nodes.filter(({ type }) => type === 'configuration.reloaded');
    expect(reloads.some(({ actor }) => actor === null)).toBe(true);
    expect(reloads.some(({ actor }) => actor !== null)).toBe(true);
  });

  it('keeps what counts where there are faults, and names each of them', async () => {
    const before = await told();
    await server.writesText('log: { level: loud }\nleasMs: 3\nsecrets: { crm: { origins: [nowhere] } }\n');
    const { isTaken, faults } = await signalled();
    expect(isTaken).toBe(false);
    expect(faults.map(({ path, line }) => [path, line])).toEqual([
      ['log.level', 1],
      ['leasMs', 2],
      ['secrets.crm.origins.0', 3],
    ]);
    const after = await told();
    expect([after.hash, after.loadedAt, after.settings]).toEqual([
      before.hash,
      before.loadedAt,
      before.settings,
    ]);
    expect((await ended(await submits())).status).toBe('SUCCEEDED');
    await server.writes(base());
    expect((await reload()).isTaken).toBe(true);
  });

  it('lets a step in flight come to its end, with what it began with', async () => {
    let letGo = (): void => undefined;
    held = new Promise((resolve) => (letGo = resolve));
    const before = seen.length;
    const id = await submits('/slow');
    await until(
      () => seen.length > before || undefined,
      () => 'it was not called',
    );
    for (const openApprovals of [11, 12, 13]) {
      await server.writes(base({ openApprovals, egress: { allowedInternalHosts: [] } }));
      expect((await reload()).isTaken).toBe(true);
    }
    letGo();
    expect((await ended(id)).status).toBe('SUCCEEDED');
    await server.writes(base());
    await reload();
  });

  it('is refused to who does not look after the installation', async () => {
    await expect(server.asks(server.keys.agentKey, '{ configuration { hash } }')).rejects.toThrow(
      /roles do not allow/,
    );
  });
});

describe('a secret', () => {
  it('is rotated without a word or a restart, and the old value stays out of the record', async () => {
    expect(await ended(await submits())).toMatchObject({ status: 'SUCCEEDED' });
    expect(seen.at(-1)).toBe(oldValue);
    await server.mounts({ crm: newValue });
    await until(
      async () => {
        const { output } = await ended(await submits());
        expect(output).not.toMatch(/the-(old|new)-value/);
        return seen.at(-1) === newValue || undefined;
      },
      () => server.log(),
    );
    const { lastReload } = await told();
    expect(lastReload).toMatchObject({ cause: 'SECRETS', isTaken: true });
    expect(outcomes(lastReload!)).toEqual({ 'secret crm': 'APPLIED' });
    expect(server.log()).not.toMatch(/the-(old|new)-value/);
  });

  it('counts on where its source goes away', async () => {
    await server.mounts({});
    await until(
      () => server.log().includes('secrets cannot be read again') || undefined,
      () => server.log(),
    );
    expect((await told()).troubles.join()).toContain('crm');
    expect((await ended(await submits())).status).toBe('SUCCEEDED');
    expect(seen.at(-1)).toBe(newValue);
    await server.mounts({ crm: newValue });
    await until(
      async () => ((await told()).troubles.length === 0 ? true : undefined),
      () => server.log(),
    );
  });
});

describe('many reloads', () => {
  const times = sized(20, 200);
  // A busy machine takes some seconds for a reload and for what is submitted meanwhile.
  const endsTestMs = times * 9_000;

  it('under load fail no request and lose no step', { timeout: endsTestMs }, async () => {
    let isOver = false;
    const failures: unknown[] = [];
    const made: string[] = [];
    const load = async (): Promise<void> => {
      while (!isOver) {
        try {
          made.push(await submits());
          await server.asks(server.keys.agentKey, '{ capabilities { secrets } }');
        } catch (error) {
          failures.push(error);
        }
      }
    };
    const loads = [load(), load(), load()];
    for (let time = 0; time < times; time += 1) {
      await server.writes(
        base({
          openApprovals: 100 + time,
          platforms: { http: { rate: { limit: 6_000 + time, windowMs: 60_000 } } },
        }),
      );
      if (time % 2 === 0) server.signals();
      expect((await reload()).isTaken).toBe(true);
    }
    isOver = true;
    await Promise.all(loads);
    expect(failures).toEqual([]);
    expect(made.length).toBeGreaterThan(0);
    for (const id of made) expect((await ended(id)).status).toBe('SUCCEEDED');
    expect(server.isRunning()).toBe(true);
  });
});
