import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readMigrationNames } from '@countersign/prisma/migrate';
import { readAnchors, readKeys, type Head } from '@countersign/audit/verify-audit';
import type { Config } from './config.ts';
import { openDatabase } from './database-access.ts';
import { systemClock } from './infra/clock.ts';
import { createDatabase, type Connections, type Database } from './infra/database.ts';
import { ensureReachable } from './infra/ensure-reachable.ts';
import { embeddedDataFolder, placeOfEmbeddedData, startEmbeddedDatabase } from './infra/embedded-database.ts';
import { createFileCipher } from './infra/file-cipher.ts';
import { newId } from './infra/ids.ts';
import type { Logger } from './infra/logger.ts';
import type { TableFilling } from './infra/table-copies.ts';
import { ArchiveElsewhere, createArchiveFiles, verifyKept } from './modules/audit/index.ts';
import {
  createRestoredFiles,
  restoreBackup,
  type Restored,
  type RestoreDependencies,
} from './modules/backup/index.ts';
import { createKeptBundles, createPolicyThreads } from './modules/policy/index.ts';
import { engageIn } from './modules/stops/index.ts';
import { ensureKeysFit } from './record/encryption-store.ts';
import { createKillSwitchStore } from './record/kill-switch-store.ts';
import { createPolicyContents } from './record/policy-content.ts';
import { ensureNothingThere, findBundleHashes } from './record/restored.ts';

/** Where from, and how far it has come. */
export interface RestoreOrder extends Pick<
  RestoreDependencies,
  'place' | 'keys' | 'sha256' | 'signal' | 'tell' | 'ensureRoom'
> {
  /** A file of signed heads that may have seen more than the backup. */
  readonly anchor?: string | undefined;
}

/** Restores a backup into the home and the database of a configuration, where nothing is yet. */
export const restoreInto = async (
  config: Config,
  logger: Logger,
  { anchor, ...order }: RestoreOrder,
  id: string,
): Promise<Restored> => {
  const outcome = { isRestored: false };
  await using stack = new AsyncDisposableStack();
  const restored = await restoreBackup(
    { ...order, newId, ...restoring(config, logger, anchor, stack, outcome) },
    id,
  );
  outcome.isRestored = true;
  return restored;
};

const restoring = (
  config: Config,
  logger: Logger,
  anchor: string | undefined,
  stack: AsyncDisposableStack,
  outcome: Outcome,
): Pick<RestoreDependencies, 'openTarget' | 'files' | 'stop' | 'check'> => {
  const { home, retention, encryption } = config;
  return {
    openTarget: () => openTarget(config, logger, stack, outcome),
    files: createRestoredFiles({
      home,
      archiveFolder: retention.archiveFolder,
      headsFile: config.audit.anchor.file,
      cipher: createFileCipher(() => encryption.keys),
    }),
    async stop(tx, { id, takenAt }) {
      const connections = within(tx);
      const store = createKillSwitchStore({ ...connections, reports: connections });
      const tenantId = await store.findOwnTenant();
      if (tenantId === null) return;
      const at = await store.now(tx);
      for (const each of await store.findTenantIds(tx))
        tx.record({
          tenantId: each,
          type: 'backup.restored',
          at,
          taskId: null,
          actorId: null,
          summary: `Goes on from the backup of ${takenAt}`,
          data: { backupId: id, takenAt },
        });
      const reason = `Restored from the backup ${id} of ${takenAt}. What ran after that is not known here: look at what the platforms have before anything goes on.`;
      const order = { scope: { kind: 'GLOBAL', value: null }, mode: 'HALT', reason, isDrill: false } as const;
      const engaged = await engageIn({ store, newId }, tx, { tenantId, principal: null }, order);
      if (!engaged.ok) throw new Error(engaged.refusal.message);
    },
    async check(tx) {
      await ensureKeysFit(tx, config.encryption.keys);
      await checkRules(tx);
      return checkRecord(tx, config, anchor);
    },
  };
};

/** Transactions in it are a part of it. */
const within = (tx: Parameters<Parameters<Connections['transaction']>[0]>[0]): Connections => ({
  query: (text, values) => tx.query(text, values),
  transaction: async (work) => work(tx),
});

interface Outcome {
  readonly isRestored: boolean;
}

const openTarget = async (config: Config, logger: Logger, stack: AsyncDisposableStack, outcome: Outcome) => {
  const { url, given } = config.database;
  if (url === null && given !== null)
    throw new Error('Only the owner of the tables fills them: give the URL of that user as DATABASE_URL.');
  let connectionString = url;
  if (connectionString === null) {
    const folder = embeddedDataFolder(config.home);
    // What was not there before does not stay where nothing came of it.
    if (!existsSync(folder))
      stack.defer(async () => {
        if (!outcome.isRestored) await rm(folder, { recursive: true, force: true });
      });
    connectionString = stack.use(await startEmbeddedDatabase(config.home, logger)).connectionString;
  }
  const ours = await readMigrationNames();
  await whileConnected(connectionString, logger, (database) => ensureNothingThere(database, ours));
  await openDatabase({ ...config, database: { ...config.database, url: connectionString } }, logger, stack);
  return { connectionString, place: url === null ? placeOfEmbeddedData(config.home) : null };
};

const whileConnected = async (
  connectionString: string,
  logger: Logger,
  work: (database: Database) => Promise<void>,
): Promise<void> => {
  await ensureReachable(connectionString);
  await using database = createDatabase({ connectionString, poolSize: 1, logger });
  await work(database);
};

const rulesTimeoutMs = 10_000;

/** All rules that ever decided are what they are called, and can be asked. */
const checkRules = async (tx: TableFilling): Promise<void> => {
  await using threads = createPolicyThreads(rulesTimeoutMs);
  const kept = createKeptBundles(createPolicyContents(tx));
  for (const hash of await findBundleHashes(tx)) {
    const rules = await kept.find(hash);
    if (!rules || (await threads.ask(rules, [])) === null)
      throw new Error(`The rules ${hash.slice(0, 12)} cannot be loaded.`);
  }
};

/** Every tenant's sealed record, from its first entry; what an anchor saw beyond it, people are told. */
const checkRecord = async (
  tx: TableFilling,
  { home, retention, audit, encryption }: Config,
  anchor: string | undefined,
): Promise<readonly string[]> => {
  const keyFile = join(home, 'audit.pub');
  const keys = readKeys(existsSync(keyFile) ? readFileSync(keyFile, 'utf8') : '');
  const headFiles = [audit.anchor.file, ...(anchor === undefined ? [] : [anchor])];
  const heads: Head[] = headFiles
    .filter((file) => file === anchor || existsSync(file))
    .flatMap((file) => readAnchors(readFileSync(file, 'utf8'), keys));
  const sources = {
    database: tx,
    clock: systemClock,
    files: createArchiveFiles(
      retention.archiveFolder,
      createFileCipher(() => encryption.keys),
    ),
  };
  const connections = within(tx);
  const store = createKillSwitchStore({ ...connections, reports: connections });
  const notes: string[] = [];
  for (const tenantId of await store.findTenantIds(tx)) {
    const verdict = await verifyKept(sources, tenantId, keys, heads).catch(whereArchiveLacks);
    if (typeof verdict === 'string') notes.push(verdict);
    if (typeof verdict === 'string' || verdict.ok) continue;
    const { kind, message } = verdict.fault;
    if (kind !== 'TRUNCATED')
      throw new Error(`The record of the tenant ${tenantId} is not whole: ${message}`);
    notes.push(`Of the tenant ${tenantId}, more was recorded than the backup has: ${message}`);
  }
  return notes;
};

/** Without it the rest stands, and nobody can tell of the part before. */
const whereArchiveLacks = (error: unknown): string => {
  if (error instanceof ArchiveElsewhere) return `The record cannot be checked as a whole. ${error.message}`;
  throw error;
};
