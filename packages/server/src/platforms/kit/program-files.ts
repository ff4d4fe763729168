import { access, constants, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

export type FoundProgram =
  | { readonly kind: 'FOUND'; readonly path: string }
  | { readonly kind: 'NOT_FOUND' | 'NOT_EXECUTABLE' };

/** The file of a program: an absolute path, or a name on `searchPath`. What links point to is resolved. */
export const findProgram = async (program: string, searchPath: string): Promise<FoundProgram> => {
  const places = isAbsolute(program)
    ? [program]
    : searchPath
        .split(':')
        .filter((folder) => isAbsolute(folder) && !program.includes('/'))
        .map((folder) => join(folder, program));
  let kind: 'NOT_FOUND' | 'NOT_EXECUTABLE' = 'NOT_FOUND';
  for (const place of places) {
    try {
      if (!(await stat(place)).isFile()) continue;
      kind = 'NOT_EXECUTABLE';
      await access(place, constants.X_OK);
      return { kind: 'FOUND', path: await realpath(place) };
    } catch {
      // Not this one.
    }
  }
  return { kind };
};
