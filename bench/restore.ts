import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { carriedFiles, openBackupKey } from '../packages/server/src/backups.ts';
import { trustedKeys } from '../packages/server/src/cli/backup.ts';
import { readConfig } from '../packages/server/src/config.ts';
import { createLogger } from '../packages/server/src/infra/logger.ts';
import { newId } from '../packages/server/src/infra/ids.ts';
import { startSealer } from '../packages/server/src/modules/audit/index.ts';
import { backupFolder, takeBackup } from '../packages/server/src/modules/backup/index.ts';
import { restoreInto } from '../packages/server/src/restoring.ts';
import { createServices, type Services } from '../packages/server/src/services.ts';
import { version } from '../packages/server/src/version.ts';

/** What a restore of 100,000 events may take. */
const allowedMs = 60_000;
const perTransaction = 1_000;

/**
 * How long it takes until an installation of so many sealed events stands again from its backup, every check with it:
 * a new home, an embedded PostgreSQL and its tables, signature and sums, rows, rules and the whole record. Ends with 1
 * where it takes longer than it may.
 */
export const measureRestore = async (events: number): Promise<object> => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-restore-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o711);
  const logger = createLogger({ level: 'warn' });
  const [from, to] = ['from', 'to'].map((name) => readConfig({ COUNTERSIGN_HOME: join(folder, name) }));
  if (!from || !to) throw new Error('There is no configuration.');
  const place = backupFolder(join(folder, 'backups'));
  const id = newId();
  const backup = await (async () => {
    await using running = new AsyncDisposableStack();
    const services = await createServices(from, logger, {}, running);
    await record(services, events);
    const startedAt = performance.now();
    const { files } = await takeBackup(
      {
        journal: services.journal,
        connectionString: services.database.session.connectionString,
        place,
        archive: services.sealing.files,
        key: openBackupKey(from),
        clock: services.clock,
      },
      {
        ...{ id, byId: null, release: version, through: 'CLI', secrets: [] },
        tenantIds: (await services.access.findTenants()).map((tenant) => tenant.id),
        files: carriedFiles(from, []),
      },
    );
    return { ms: sinceMs(startedAt), bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  })();
  const keys = trustedKeys(from, {});
  const startedAt = performance.now();
  const steps: Record<string, number> = {};
  const { rows } = await restoreInto(
    to,
    logger,
    {
      place,
      keys,
      tell: (state) => {
        steps[state] = sinceMs(startedAt);
        return Promise.resolve();
      },
    },
    id,
  );
  const ms = sinceMs(startedAt);
  if (ms > allowedMs) process.exitCode = 1;
  return { events, rows, backupMs: backup.ms, backupBytes: backup.bytes, restoreMs: ms, allowedMs, steps };
};

const sinceMs = (startedAt: number): number => Math.round(performance.now() - startedAt);

/** So many entries of one tenant, and the seals over them. */
const record = async (services: Services, events: number): Promise<void> => {
  const { journal, clock, access, sealing, reader, database } = services;
  const { id: tenantId } = await access.ensureTenant('measured');
  for (let done = 0; done < events; done += perTransaction)
    await journal.transaction((tx) => {
      for (let one = 0; one < Math.min(perTransaction, events - done); one += 1)
        tx.record({
          tenantId,
          type: 'attempt.refused',
          at: clock.now(),
          taskId: null,
          actorId: null,
          summary: `Attempt ${done + one} was refused`,
          data: { operation: 'releaseKillSwitch', code: 'AUTHORIZATION_FAILED', count: 1 },
        });
      return Promise.resolve();
    });
  await using _sealer = startSealer({
    ...sealing,
    ...services,
    readTo: reader.position,
    logger: createLogger({ level: 'warn' }),
  });
  for (;;) {
    const [left] = await database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM event WHERE seq > (SELECT coalesce(max(to_seq), 0) FROM audit_seal)',
    );
    if (left?.count === 0) return;
    await sleep(200);
  }
};
