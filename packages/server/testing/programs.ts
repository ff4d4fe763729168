import { join } from 'node:path';
import { buildWhereStale } from '../build.ts';

const folder = join(import.meta.dirname, '../node_modules/.cache/programs');
const sources = {
  main: 'src/main.ts',
  cli: 'src/cli.ts',
  worker: 'testing/worker-main.ts',
  measured: 'testing/measured-main.ts',
} as const;

/** Once for all tests that start them: a process from the sources costs as much as many a story. */
export const buildPrograms = (): Promise<boolean> =>
  buildWhereStale(
    folder,
    Object.values(sources).map((file) => `packages/server/${file}`),
  );

/** A program as `npm start` runs it, made of the sources as they are. */
export const programOf = (name: keyof typeof sources): string =>
  join(folder, sources[name].replace(/^.*\/(.*)\.ts$/, '$1.js'));
