import { addAbortSignal, pipeline, Transform, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { BackupPlace } from './backup-place.ts';
import type { BackupFile } from './manifest.ts';
import { readVerified } from './verify-backup.ts';

/** Throws where there is no room any more for so many bytes. */
export type EnsureRoom = (bytes: number) => Promise<void>;

/** The same place, of which nothing is read any further once it is aborted: who reads gets an error. */
export const stoppable = (place: BackupPlace, signal: AbortSignal | undefined): BackupPlace =>
  signal
    ? {
        ...place,
        read(id, path) {
          signal.throwIfAborted();
          return addAbortSignal(signal, place.read(id, path));
        },
      }
    : place;

/**
 * The rows of a table, checked and unzipped. A table can be most of a backup: whether there is room is asked within it,
 * too. Whoever ends it, everything that it is read through is closed.
 */
export const restoredRows = (
  place: BackupPlace,
  id: string,
  file: BackupFile,
  ensureRoom?: EnsureRoom,
): Readable =>
  pipeline(readVerified(place, id, file), createGunzip(), whileRoom(ensureRoom), () => {
    // Whoever reads the rows is told.
  });

const looksEachBytes = 64 * 1_024 ** 2;

const whileRoom = (ensureRoom?: EnsureRoom): Transform => {
  let unlooked = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      unlooked += chunk.length;
      if (!ensureRoom || unlooked < looksEachBytes) return void done(null, chunk);
      unlooked = 0;
      ensureRoom(0).then(
        () => done(null, chunk),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
};
