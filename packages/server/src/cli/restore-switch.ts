import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { claimFolder } from '../infra/claimed-folder.ts';
import { createDatabase } from '../infra/database.ts';
import { renameDurably, syncFile, writeDurably } from '../infra/durable-files.ts';
import {
  embeddedDataFolder,
  findEmbeddedDatabase,
  startEmbeddedDatabase,
} from '../infra/embedded-database.ts';
import type { Logger } from '../infra/logger.ts';
import { isId } from '../modules/inputs.ts';
import { findRestoreRun } from '../record/restore-run-store.ts';
import { noteFile, quarantineFolder, type QuarantineNote } from '../restores.ts';

export interface Switched extends QuarantineNote {
  /** Where what ran before lies; null where there was nothing. */
  readonly before: string | null;
  /** What puts it back, in its order, once the server is stopped; without what is not there by then. */
  readonly back: readonly Move[];
}

interface Move {
  readonly from: string;
  readonly to: string;
}

const noteSchema = z.object({
  restoreId: z.uuid(),
  backupId: z.uuid(),
  takenAt: z.string(),
  sha256: z.string(),
  rows: z.number(),
  askedById: z.string(),
  approvedById: z.string().nullable(),
  completeAt: z.string(),
}) satisfies z.ZodType<QuarantineNote>;

/**
 * Puts a quarantined copy in the place of the database of this home, and that one aside. Cut off anywhere, it is done
 * by doing it again.
 */
export const switchTo = async (config: Config, logger: Logger, restoreId: string): Promise<Switched> => {
  const { home } = config;
  if (config.database.url !== null || config.database.given !== null)
    throw new Error(
      'This installation has a database of its own server: restore the same backup into an empty database there (countersign restore BACKUP_ID, with its DATABASE_URL and another COUNTERSIGN_HOME), and start the server on that.',
    );
  const { folder, note } = await findQuarantine(home, restoreId);
  const [data, quarantined] = [embeddedDataFolder(home), embeddedDataFolder(folder)];
  const before = `${data}.before-${note.restoreId}`;
  if (existsSync(quarantined)) {
    // Without it, it was put aside before, and asked then.
    if (existsSync(data) || !existsSync(before)) {
      await ensureWanted(home, logger, folder);
      await putAside(home, data, before);
    }
    await renameDurably(quarantined, data);
  } else if (!existsSync(data)) throw new Error(`There is no database in ${folder}.`);
  await takeFiles(config, folder, note.restoreId);
  await rm(folder, { recursive: true, force: true });
  return {
    ...note,
    before: existsSync(before) ? before : null,
    back: existsSync(before) ? waysBack([data, config.audit.anchor.file], note.restoreId) : [],
  };
};

/** What is there now goes aside, and what was there before in its place. */
const waysBack = (paths: readonly string[], restoreId: string): Move[] =>
  paths.flatMap((path) => [
    // It may come to be there once the server runs.
    { from: path, to: `${path}.after-${restoreId}` },
    ...[{ from: `${path}.before-${restoreId}`, to: path }].filter(({ from }) => existsSync(from)),
  ]);

const findQuarantine = async (
  home: string,
  restoreId: string,
): Promise<{ readonly folder: string; readonly note: QuarantineNote }> => {
  const parent = quarantineFolder(home);
  const names = isId(restoreId) ? await readdir(parent).catch(() => []) : [];
  for (const name of names) {
    const folder = join(parent, name);
    if (!name.startsWith(`${restoreId.toLowerCase()}.`) || !existsSync(join(folder, noteFile))) continue;
    return { folder, note: noteSchema.parse(JSON.parse(await readFile(join(folder, noteFile), 'utf8'))) };
  }
  throw new Error(
    `No restore ${restoreId} waits in ${parent}: it is not complete, was discarded, or is on another machine.`,
  );
};

/** Only what runs knows whether people still want it: a copy stays for a while after it was discarded. */
const ensureWanted = async (home: string, logger: Logger, folder: string): Promise<void> => {
  if (!existsSync(embeddedDataFolder(home)))
    throw new Error(
      'There is no database in this home that could tell whether people still want this restore: restore the backup into an empty home instead (countersign restore BACKUP_ID).',
    );
  await using running = await startEmbeddedDatabase(home, logger);
  await using database = createDatabase({
    connectionString: running.connectionString,
    poolSize: 1,
    logger,
  });
  const [id, tryId] = basename(folder).split('.');
  const run = await findRestoreRun(database, id ?? '');
  if (run?.state !== 'COMPLETE' || run.tryId !== tryId)
    throw new Error(
      `This restore is ${run?.state === 'COMPLETE' ? "another worker's" : (run?.state ?? 'none that this installation knows')}: only one that is COMPLETE is switched to.`,
    );
};

const putAside = async (home: string, data: string, before: string): Promise<void> => {
  // Of a process that runs, neither lets go.
  using claim = claimFolder(data);
  if ((await findEmbeddedDatabase(home)) !== null)
    throw new Error('The database of this home still runs: stop the server first.');
  if (existsSync(before)) throw new Error(`${before} is there already: this restore was switched to before.`);
  claim[Symbol.dispose]();
  await renameDurably(data, before);
};

/** The archive only gets what it lacks. */
const takeFiles = async ({ audit, retention }: Config, folder: string, restoreId: string): Promise<void> => {
  await takeHeads(audit.anchor.file, folder, restoreId);
  const archive = join(folder, 'audit-archive');
  if (!existsSync(archive)) return;
  await mkdir(retention.archiveFolder, { recursive: true, mode: 0o700 });
  await cp(archive, retention.archiveFolder, { recursive: true, force: false });
};

/**
 * Signed heads that saw more than the backup are evidence, kept beside. Cut off anywhere, those that are put in their
 * place are not taken for those of before.
 */
const takeHeads = async (file: string, folder: string, restoreId: string): Promise<void> => {
  const [heads, areAside] = [join(folder, 'audit-heads.jsonl'), join(folder, 'heads-are-aside')];
  const before = `${file}.before-${restoreId}`;
  if (!existsSync(areAside)) {
    if (existsSync(file) && !existsSync(before)) await renameDurably(file, before);
    await writeDurably(areAside, '');
  }
  if (!existsSync(heads)) return;
  await copyFile(heads, `${file}.part`);
  await syncFile(`${file}.part`);
  await renameDurably(`${file}.part`, file);
  await rm(heads);
};

export const switchedWords = ({ backupId, takenAt, rows, before, back }: Switched): string =>
  [
    `This home goes on from the backup ${backupId}: ${rows} rows, as they were at ${takenAt}. Start the server: everything is stopped (GLOBAL, HALT) until people have looked.`,
    ...(before === null
      ? []
      : [
          '',
          `What ran before lies in ${before}: remove it once nobody needs it. To go back to it, stop the server, and put the database and its signed heads back together (what is not there is left out):`,
          '',
          ...back.map(({ from, to }) => `  mv -n '${from}' '${to}'`),
        ]),
    '',
  ].join('\n');
