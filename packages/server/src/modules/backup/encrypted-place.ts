import { Readable } from 'node:stream';
import type { FileCipher } from '../../infra/file-cipher.ts';
import type { BackupPlace } from './backup-place.ts';
import { manifestFile, signatureFile } from './manifest.ts';

/** What says which files there are, and which key reads them, is plain. */
const isPlain = (path: string): boolean => path === manifestFile || path === signatureFile;

/** The same place, with its files encrypted: each reads only as that file of that backup. */
export const encryptedPlace = <Place extends BackupPlace>(place: Place, cipher: FileCipher): Place => ({
  ...place,
  encryptsWith: cipher.encryptsWith(),
  async begin(id, signal) {
    const draft = await place.begin(id, signal);
    return {
      write: (path, bytes) =>
        draft.write(
          path,
          isPlain(path)
            ? bytes
            : Readable.from(cipher.seal(bytes as AsyncIterable<Buffer>, `${id}/${path}`), {
                objectMode: false,
              }),
        ),
      finish: () => draft.finish(),
      [Symbol.asyncDispose]: () => draft[Symbol.asyncDispose](),
    };
  },
  read(id, path) {
    const bytes = place.read(id, path);
    if (isPlain(path)) return bytes;
    return Readable.from(cipher.open(bytes as AsyncIterable<Buffer>, `${id}/${path}`), { objectMode: false });
  },
});
