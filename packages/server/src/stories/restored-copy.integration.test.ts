import { anEvent } from '../../testing/events.ts';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@countersign/postgres/free-port';
import { applyMigrations } from '@countersign/prisma/migrate';
import { durableSettings, startPostgresServer } from '@countersign/postgres/postgres-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testConfig } from '../../testing/test-config.ts';
import { until } from '../../testing/until.ts';
import type { Event } from '../domain/events.ts';
import { createDatabase } from '../infra/database.ts';
import { newId } from '../infra/ids.ts';
import { createLogger } from '../infra/logger.ts';
import { createWakeUps } from '../infra/wakeups.ts';
import { createEventReader } from '../record/event-reader.ts';
import { createEventService } from '../modules/events/index.ts';
import { appendEvents } from '../record/event-store.ts';
import { createServices, type Services } from '../services.ts';
import { wholeTenant } from '../domain/sight.ts';

const logger = createLogger({ level: 'silent' });
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-restored-'));
  await chmod(folder, 0o711);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** With owners, times and all: what people do who keep a copy. */
const copy = (from: string, to: string): void => {
  execFileSync('rm', ['-rf', to]);
  execFileSync('cp', ['-a', from, to]);
};

/** The newest cursor of a tenant that anybody could be given. */
const newestCursor = ({ events }: Pick<Services, 'events'>, tenantId: string): Promise<string> =>
  until(
    async () => {
      const [newest] = await events.page({ sight: wholeTenant(tenantId), newestFirst: true, limit: 1 });
      const text = newest && events.cursorOf(newest);
      return text !== undefined && (await events.place(tenantId, text)).ok ? text : undefined;
    },
    () => Promise.resolve('the newest event stays above the horizon'),
  );

describe('a home whose earlier copy was put in its place', () => {
  it('has other cursors than before: one of what is lost starts over, one of what is kept goes on', async () => {
    const home = join(folder, 'home');
    const config = testConfig('', home);
    const running = async (work: (services: Services) => Promise<void>): Promise<void> => {
      await using stack = new AsyncDisposableStack();
      const embedded = { ...config, database: { ...config.database, url: null } };
      await work(await createServices(embedded, logger, {}, stack));
    };
    const happens = async ({ access }: Services, tenantId: string): Promise<void> => {
      await access.ensurePrincipal({
        tenantId,
        type: 'HUMAN',
        name: newId(),
        roles: ['VIEWER'],
        ownerId: null,
      });
    };
    let tenantId = '';
    let kept = '';
    let lost = '';
    await running(async (services) => {
      ({ id: tenantId } = await services.access.ensureTenant('kept'));
      await happens(services, tenantId);
      kept = await newestCursor(services, tenantId);
    });
    copy(home, join(folder, 'backup'));
    await running(async (services) => {
      expect((await services.events.follow(wholeTenant(tenantId), kept, {})).ok).toBe(true);
      for (let count = 0; count < 20; count += 1) await happens(services, tenantId);
      lost = await newestCursor(services, tenantId);
    });
    copy(join(folder, 'backup'), home);
    await running(async (services) => {
      for (let count = 0; count < 35; count += 1) await happens(services, tenantId);
      const refused = await services.events.follow(wholeTenant(tenantId), lost, {});
      expect(refused).toMatchObject({ ok: false, refusal: { code: 'RESYNC_REQUIRED' } });
      await newestCursor(services, tenantId);
      const stream = await services.events.follow(wholeTenant(tenantId), kept, {});
      if (!stream.ok) throw new Error(stream.refusal.message);
      for (let count = 0; count < 35; count += 1) expect((await stream.value.next()).done).toBe(false);
      await stream.value.return?.();
    });
  }, 120_000);
});

describe('a node whose database was set back under it', () => {
  it('tells who follows the log to start over', async () => {
    const [dataFolder, backup] = [join(folder, 'data'), join(folder, 'data-backup')];
    const access = { port: await freePort(), superuser: 'postgres', password: 'restored' };
    const serving = async (work: () => Promise<void>): Promise<void> => {
      const server = await startPostgresServer({
        dataFolder,
        ...access,
        settings: durableSettings,
        isDurable: true,
      });
      try {
        await work();
      } finally {
        await server[Symbol.asyncDispose]();
      }
    };
    const connectionString = `postgresql://${access.superuser}:${access.password}@127.0.0.1:${access.port}/postgres`;
    const tenantId = newId();
    await using stack = new AsyncDisposableStack();
    let stream: AsyncIterableIterator<Event> | undefined;
    await serving(async () => {
      await applyMigrations(connectionString);
    });
    copy(dataFolder, backup);
    const database = stack.use(createDatabase({ connectionString, poolSize: 5, logger }));
    const append = () =>
      database.transaction((tx) => {
        appendEvents(tx, [anEvent(tenantId)]);
      });
    await serving(async () => {
      const wakeUps = stack.use(await createWakeUps(database, logger));
      const reader = stack.use(await createEventReader(database, wakeUps, logger));
      const followed = await createEventService(database, reader).follow(wholeTenant(tenantId), null, {});
      if (!followed.ok) throw new Error(followed.refusal.message);
      stream = followed.value;
      for (let count = 0; count < 50; count += 1) await append();
      for (let count = 0; count < 50; count += 1) await stream.next();
    });
    copy(backup, dataFolder);
    await serving(async () => {
      await expect(stream?.next()).rejects.toMatchObject({ refusal: { code: 'RESYNC_REQUIRED' } });
    });
  }, 120_000);
});
