import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readAnchors, readKeys, type Head } from '@countersign/audit/verify-audit';
import { trustedKeys } from './backup-cli.ts';
import { exitCodes } from './client/exit-codes.ts';
import type { ClientCommand } from './client/terminal.ts';
import { loadConfiguration, type Config } from './config.ts';
import { openDatabase } from './database-access.ts';
import { systemClock } from './infra/clock.ts';
import type { Connections } from './infra/database.ts';
import { embeddedDataFolder, placeOfEmbeddedData, startEmbeddedDatabase } from './infra/embedded-database.ts';
import { newId } from './infra/ids.ts';
import { createLogger, type Logger } from './infra/logger.ts';
import type { TableFilling } from './infra/table-copies.ts';
import { ArchiveElsewhere, createArchiveFiles, verifyKept } from './modules/audit/index.ts';
import {
  backupFolder,
  createRestoredFiles,
  restoreBackup,
  type RestoreDependencies,
  type RestoreState,
} from './modules/backup/index.ts';
import { createKeptBundles, createPolicyThreads } from './modules/policy/index.ts';
import { engageIn } from './modules/stops/index.ts';
import { createKillSwitchStore } from './record/kill-switch-store.ts';
import { createPolicyContents } from './record/policy-content.ts';
import { findBundleHashes } from './record/restored.ts';
import { UsageError } from './usage-error.ts';

const options = {
  key: { type: 'string', multiple: true },
  anchor: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof read>['values'];

const read = (words: readonly string[]) => {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

/** `countersign restore FOLDER`: its steps on standard error as it goes, and what came of it. */
export const runRestore: ClientCommand = async (words, { say, stderr }) => {
  const { values, positionals } = read(words);
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0)
    throw new UsageError('restore takes: FOLDER of one backup, [--key KEY_FILE] [--anchor HEADS_FILE].');
  const { config } = await loadConfiguration();
  const startedAt = performance.now();
  const tell = (state: RestoreState, text: string): void => {
    const ms = Math.round(performance.now() - startedAt);
    stderr.write(
      values.json
        ? `${JSON.stringify({ state, ms, message: text })}\n`
        : `${state.padEnd(10)}  ${text} (${ms} ms)\n`,
    );
  };
  const whole = resolve(folder);
  const outcome = { isRestored: false };
  await using target = new AsyncDisposableStack();
  const { manifest, rows, notes } = await restoreBackup(
    {
      place: backupFolder(dirname(whole)),
      keys: keysFor(config, values),
      ...restoring(config, values, target, outcome),
      tell,
    },
    basename(whole),
  );
  outcome.isRestored = true;
  const told = { id: manifest.id, takenAt: manifest.takenAt, rows, notes };
  const { secrets } = manifest;
  const lines = [
    `Restored ${rows} rows, as they were at ${manifest.takenAt}. Everything is stopped (GLOBAL, HALT) until people have looked:`,
    '',
    '  See what stands where:  countersign stop status',
    '  Then let it go on:      countersign release ID --reason WORDS',
    ...(secrets.length === 0 ? [] : ['', `It needs these secrets again: ${secrets.join(', ')}.`]),
    ...notes.flatMap((note) => ['', note]),
  ];
  await say(values.json ? `${JSON.stringify({ ...told, secrets })}\n` : `${lines.join('\n')}\n`);
  return exitCodes.done;
};

const keysFor = (config: Config, values: Values) => {
  if (values.key === undefined && !existsSync(join(config.home, 'backup.pub')))
    throw new UsageError(
      'Say --key KEY_FILE: backup.pub, as it was taken away from where the backup was taken.',
    );
  return trustedKeys(config, values);
};

const restoring = (
  config: Config,
  { anchor }: Values,
  stack: AsyncDisposableStack,
  outcome: Outcome,
): Pick<RestoreDependencies, 'openTarget' | 'files' | 'stop' | 'check'> => {
  const logger = createLogger({ level: config.log.level });
  const { home, retention } = config;
  return {
    openTarget: () => openTarget(config, logger, stack, outcome),
    files: createRestoredFiles({
      home,
      archiveFolder: retention.archiveFolder,
      headsFile: config.audit.anchor.file,
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
  await openDatabase({ ...config, database: { ...config.database, url: connectionString } }, logger, stack);
  return { connectionString, place: url === null ? placeOfEmbeddedData(config.home) : null };
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
  { home, retention, audit }: Config,
  anchor: string | undefined,
): Promise<readonly string[]> => {
  const keyFile = join(home, 'audit.pub');
  const keys = readKeys(existsSync(keyFile) ? readFileSync(keyFile, 'utf8') : '');
  const headFiles = [audit.anchor.file, ...(anchor === undefined ? [] : [anchor])];
  const heads: Head[] = headFiles
    .filter((file) => file === anchor || existsSync(file))
    .flatMap((file) => readAnchors(readFileSync(file, 'utf8'), keys));
  const sources = { database: tx, clock: systemClock, files: createArchiveFiles(retention.archiveFolder) };
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
