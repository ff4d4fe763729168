import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { openBackupKey, openBackupPlace } from './backups.ts';
import { readKeys } from '@countersign/audit/verify-audit';
import type { Config } from './config.ts';
import { wholeTenant } from './domain/sight.ts';
import { writeDurably } from './infra/durable-files.ts';
import { canEmbedDatabase, embeddedDataFolder } from './infra/embedded-database.ts';
import { systemClock } from './infra/clock.ts';
import type { Logger } from './infra/logger.ts';
import type { PerformRestore, Quarantine, QuarantinedRestore } from './modules/backup/index.ts';
import { isId } from './modules/inputs.ts';
import { restoreInto } from './restoring.ts';
import { createServices, type Services } from './services.ts';

/** Where quarantined homes are: on the disk of the home, so that a switch is a matter of names. */
export const quarantineFolder = (home: string): string => join(home, 'quarantine');

/** Why nothing can be restored beside what runs, as far as this process knows; null where it can. */
export const restoreFault = (): string | null =>
  canEmbedDatabase()
    ? null
    : 'Beside what runs, a backup is restored into an embedded PostgreSQL, which this server does not have: the container image leaves it out. Restore it into an empty database with countersign restore instead.';

/** What a quarantined home says of itself once it was tried; without it, it is none. */
export interface QuarantineNote {
  readonly restoreId: string;
  readonly backupId: string;
  readonly takenAt: string;
  readonly sha256: string;
  readonly rows: number;
  readonly askedById: string;
  readonly approvedById: string | null;
  readonly completeAt: string;
}
export const noteFile = 'restored.json';

/** What a worker restores with. */
export const restoresOf = (services: Services, logger: Logger): PerformRestore => {
  const { live, database, journal, clock, access } = services;
  return {
    database,
    journal,
    clock,
    findFirstTenant: access.findFirstTenant,
    quarantine: quarantineIn(live.now, logger.child({ part: 'quarantine' })),
    logger,
  };
};

export const quarantineIn = (now: () => Config, logger: Logger): Quarantine => ({
  restore: (asked) => restoreInQuarantine(now(), logger, asked),
  async remove(restoreId, tryId) {
    const folder = quarantineFolder(now().home);
    for (const name of await readdir(folder).catch(() => []))
      if (name === `${restoreId}.${tryId ?? ''}` || (tryId === undefined && name.startsWith(`${restoreId}.`)))
        await removeHome(join(folder, name));
  },
  async list() {
    const folder = quarantineFolder(now().home);
    return (await readdir(folder).catch(() => [])).flatMap((name) => {
      const [restoreId = '', tryId = '', ...others] = name.split('.');
      const isOurs = isId(restoreId) && isId(tryId) && others.length === 0;
      return isOurs && !isBeingSwitchedTo(join(folder, name)) ? [{ restoreId, tryId }] : [];
    });
  },
});

/** What is cut off here is taken for no copy. */
const removeHome = async (location: string): Promise<void> => {
  await rm(join(location, noteFile), { force: true });
  await rm(location, { recursive: true, force: true });
};

/** Its database is in its place already, and its other files are still to follow. */
const isBeingSwitchedTo = (location: string): boolean =>
  existsSync(join(location, noteFile)) && !existsSync(embeddedDataFolder(location));

const restoreInQuarantine = async (
  config: Config,
  logger: Logger,
  { run, tryId, signal, tell }: QuarantinedRestore,
): ReturnType<Quarantine['restore']> => {
  const fault = restoreFault();
  if (fault !== null) throw new Error(fault);
  const location = join(quarantineFolder(config.home), `${run.id}.${tryId}`);
  await mkdir(location, { recursive: true, mode: 0o700 });
  await using undo = new AsyncDisposableStack();
  undo.defer(() => removeHome(location));
  const ensureRoom = (bytes: number): Promise<void> => roomIn(location, bytes);
  await ensureRoom(0);
  const quarantined = quarantinedConfig(config, location);
  await using place = openBackupPlace(config);
  const keys = readKeys(openBackupKey(config).publicKeys);
  const restored = await restoreInto(
    quarantined,
    logger,
    { place, keys, sha256: run.sha256, signal, tell, ensureRoom },
    run.backupId,
  );
  signal.throwIfAborted();
  await ensureWorks(quarantined, logger);
  const note: QuarantineNote = {
    restoreId: run.id,
    backupId: run.backupId,
    takenAt: restored.manifest.takenAt,
    sha256: run.sha256,
    rows: restored.rows,
    askedById: run.askedById,
    approvedById: run.approvedById,
    completeAt: systemClock.now().toISOString(),
  };
  await writeDurably(join(location, noteFile), `${JSON.stringify(note, null, 2)}\n`);
  undo.move();
  return { ...restored, location };
};

/** What runs must not be short of disk for it: so much stays free beside what is restored. */
const reserveBytes = 1_024 ** 3;

/** Throws one sentence where so many bytes more would leave less than the reserve. */
export const roomIn = async (folder: string, bytes: number): Promise<void> => {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes + reserveBytes) return;
  throw new Error(
    `${inGiB(bavail * bsize)} are free where ${folder} is: ${bytes === 0 ? '' : `the copy may take ${inGiB(bytes)}, and `}what runs needs ${inGiB(reserveBytes)}.`,
  );
};

const inGiB = (bytes: number): string => `${(bytes / 1_024 ** 3).toFixed(1)} GiB`;

/** The same settings in a home of its own, with a database of its own: nothing of it reaches anybody. */
const quarantinedConfig = (config: Config, home: string): Config => ({
  ...config,
  role: 'api',
  home,
  database: { ...config.database, url: null, given: null, replicaUrl: null },
  queue: { ...config.queue, redis: null },
  identity: { ...config.identity, issuers: [] },
  tracing: { ...config.tracing, endpoint: null },
  agents: { ...config.agents, models: {}, planners: {} },
  audit: {
    ...config.audit,
    anchor: { ...config.audit.anchor, file: join(home, 'audit-heads.jsonl'), webhook: null },
  },
  retention: { ...config.retention, archiveFolder: join(home, 'audit-archive') },
  intents: null,
});

/** Starts what answers callers, without what goes on by itself, and has it read what was restored. */
const ensureWorks = async (config: Config, logger: Logger): Promise<void> => {
  await using stack = new AsyncDisposableStack();
  const services = await createServices(config, logger, {}, stack);
  const tenants = await services.access.findTenants();
  if (tenants.length === 0) throw new Error('There is no tenant in what was restored.');
  for (const { id, name } of tenants) {
    const [newest] = await services.events.page({ sight: wholeTenant(id), newestFirst: true, limit: 1 });
    if (!newest) throw new Error(`The log of the tenant ${name} cannot be read.`);
    services.policies.settingsOf(id);
  }
  const engaged = await services.killSwitches.findEngaged();
  if (
    !engaged.some(
      ({ kind, mode, stage, isDrill }) =>
        kind === 'GLOBAL' && mode === 'HALT' && stage === 'STOPPED' && !isDrill,
    )
  )
    throw new Error('What was restored is not stopped.');
};
