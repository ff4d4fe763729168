import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { deadLinks, documentedPages, repositoryPlaces, unknownPaths } from './documented-places.ts';
import { root } from './run-program.ts';

const places = repositoryPlaces();

test.each(documentedPages())('%s names what is there', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  expect(deadLinks(page, text, places)).toEqual([]);
  // The changelog tells of what was there.
  if (page !== 'CHANGELOG.md') expect(unknownPaths(text, places)).toEqual([]);
});

test('what is not there is found', () => {
  const page =
    '[a](docs/gone.md) [b](README.md#no-such-heading) [c](#words) [d](docs) [e](https://e.example)\n\n# Words';
  expect(deadLinks('README.md', page, places)).toEqual(['docs/gone.md', 'README.md#no-such-heading']);
  expect(unknownPaths('`packages/gone` `scripts/checks` `checks/gone.ts` `checks/list.ts`', places)).toEqual([
    'checks/gone.ts',
    'packages/gone',
  ]);
});

test.each([
  ['ARCHITECTURE.md', 'packages/server/src/modules/*/', (name: string) => `\`${name}\``],
  ['docs/adr/README.md', 'docs/adr/0*.md', (name: string) => `](${name})`],
])('%s has each of %s', (page, pattern, mention) => {
  const text = readFileSync(join(root, page), 'utf8');
  const names = globSync(pattern, { cwd: root }).map((path) => basename(path));
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !text.includes(mention(name)))).toEqual([]);
});
