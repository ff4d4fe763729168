import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeFolderDurably, renameDurably } from '../../infra/durable-files.ts';
import type { FileCipher } from '../../infra/file-cipher.ts';
import { encryptedAs } from '../../record/archive-store.ts';
import { archivePathOf, type BackupFile, type Manifest } from './manifest.ts';

/** Files of a backup beside their places: unless they are kept, none of them stays. */
export interface StagedFiles extends AsyncDisposable {
  place(): Promise<void>;
  keep(): void;
}

export interface RestoredFiles {
  /** Throws one sentence where another file is in the place of one. */
  stage(manifest: Manifest, read: (file: BackupFile) => Readable): Promise<StagedFiles>;
}

export interface FileLocations {
  readonly home: string;
  readonly archiveFolder: string;
  readonly headsFile: string;
  /** Files of the archive are encrypted where they are put. */
  readonly cipher: Pick<FileCipher, 'seal' | 'open'>;
}

export const createRestoredFiles = (places: FileLocations): RestoredFiles => ({
  async stage(manifest, read) {
    const placed: string[] = [];
    const drafts: { readonly draft: string; readonly path: string }[] = [];
    await using undo = new AsyncDisposableStack();
    undo.defer(async () => {
      for (const path of [...placed, ...drafts.map(({ draft }) => draft)]) await rm(path, { force: true });
    });
    for (const file of manifest.files) {
      const path = placeOf(places, manifest, file);
      if (path === null) continue;
      const archive = archiveOf(manifest, file);
      const place = archive === undefined ? null : encryptedAs(archive.fileName);
      if (await isThere(path, file, (bytes) => (place === null ? bytes : places.cipher.open(bytes, place))))
        continue;
      const draft = `${path}.part`;
      drafts.push({ draft, path });
      await makeFolderDurably(dirname(path), 0o700);
      const bytes = read(file) as AsyncIterable<Buffer>;
      const kept = place === null ? bytes : places.cipher.seal(bytes, place);
      await pipeline(kept, createWriteStream(draft, { mode: modeOf(path), flush: true }));
    }
    const open = undo.move();
    return {
      async place() {
        for (const { draft, path } of drafts) {
          await renameDurably(draft, path);
          placed.push(path);
        }
      },
      keep: () => void open.move(),
      [Symbol.asyncDispose]: () => open.disposeAsync(),
    };
  },
});

const archiveOf = ({ archives }: Manifest, { path }: BackupFile) =>
  archives.find(({ fileName }) => archivePathOf(fileName) === path);

/** Null for what is in a backup to be read there: how it was set, whose rows are tables. */
const placeOf = (
  { home, archiveFolder, headsFile }: FileLocations,
  manifest: Manifest,
  file: BackupFile,
): string | null => {
  const { path } = file;
  const archive = archiveOf(manifest, file);
  if (archive) return join(archiveFolder, archive.fileName);
  if (path === 'home/audit-heads.jsonl') return headsFile;
  return path.startsWith('home/') ? join(home, path.slice('home/'.length)) : null;
};

const isPublicKey = (path: string): boolean => path.endsWith('.pub');
const modeOf = (path: string): number => (isPublicKey(path) ? 0o644 : 0o600);

const isThere = async (
  path: string,
  { sha256 }: BackupFile,
  open: (bytes: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
): Promise<boolean> => {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (!found) return false;
  // Whoever put keys there trusts them more than any backup.
  if (isPublicKey(path)) return true;
  const sum = createHash('sha256');
  for await (const chunk of open(createReadStream(path) as AsyncIterable<Buffer>)) sum.update(chunk);
  if (sum.digest('hex') === sha256) return true;
  throw new Error(
    `${path} is another file than that of the backup: restore into an empty home, another COUNTERSIGN_HOME, or take that file away.`,
  );
};
