import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, type World } from '../../../testing/world.ts';
import { backupsOf } from '../../backups.ts';
import { createLogger } from '../../infra/logger.ts';
import { newId } from '../../infra/ids.ts';
import { findBackupRun } from '../../record/backup-run-store.ts';
import { askBackup } from './ask-backup.ts';
import { performBackup } from './perform-backup.ts';

const logger = createLogger({ level: 'silent' });
let world: World;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

test.each(['before', 'after'])(
  'a try that was believed dead, and fails %s the next one has ended, is nothing to the backup',
  async (when) => {
    const { services } = world;
    const asked = await askBackup(
      { ...services, newId, findFirstTenant: services.access.findFirstTenant },
      null,
    );
    const run = async () => findBackupRun(services.database, asked.id);
    const deps = backupsOf(services, logger);
    const { signal } = new AbortController();
    const [stuck, lost] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = performBackup(
      {
        ...deps,
        openPlace: () => ({
          ...deps.openPlace(),
          async files() {
            stuck.resolve();
            await lost.promise;
            throw new Error('The disk of the first worker is gone.');
          },
        }),
      },
      asked,
      signal,
    );
    await stuck.promise;
    const fails = async (): Promise<void> => {
      lost.resolve();
      await first;
    };
    await performBackup(
      {
        ...deps,
        openPlace: () => {
          const place = deps.openPlace();
          return {
            ...place,
            async files(id) {
              if (when === 'before') await fails();
              expect(await run()).toMatchObject({ endedAt: null, error: null });
              return place.files(id);
            },
          };
        },
      },
      asked,
      signal,
    );
    await fails();
    expect(await run()).toMatchObject({ state: 'COMPLETE', progress: 100, error: null });
  },
);
