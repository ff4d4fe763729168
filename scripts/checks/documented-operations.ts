import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run-program.ts';

/** What a newcomer pastes from the pages: where it stands, and its text. */
export const documentedOperations = (): readonly (readonly [place: string, text: string])[] =>
  ['README.md', ...globSync('{docs,examples,packages/*}/**/*.md', { cwd: root })]
    .filter((file) => !file.includes('node_modules'))
    .flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/^```graphql\n(.*?)^```$/gms)].map(
        ([, text = ''], index) => [`${file}, operation ${index + 1}`, text] as const,
      ),
    );
