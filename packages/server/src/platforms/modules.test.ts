import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { platformToolsWith } from '../../testing/platform-suite.ts';
import { createSecrets } from './kit/secrets.ts';
import { loadPlatforms, platformModuleSchema } from './modules.ts';

const pager = fileURLToPath(new URL('../../../../examples/platform/pager.ts', import.meta.url));
const settings = { url: 'https://pager.example', services: ['shop'] };
const tools = platformToolsWith(createSecrets({ pager: { value: 'a-secret', origins: [] } }));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-modules-'));
});
afterAll(() => rm(folder, { recursive: true }));

const load = (name: string, path: string, given: object = settings) =>
  loadPlatforms({ [name]: platformModuleSchema.parse({ path, settings: given }) });

test('a platform of somebody’s own brings its action types and what may be named', async () => {
  const [loaded] = await load('pager', pager);
  expect(loaded?.actions(tools).map(({ traits }) => traits.name)).toEqual(['pager.incident.open']);
  expect(loaded?.reach).toEqual([{ platform: 'pager', kind: 'service', name: 'shop', isPrefix: false }]);
});

test.each([
  ['a name that is not its own', 'siren', pager, settings, /calls itself "pager"/],
  [
    'settings that it does not take',
    'pager',
    pager,
    { ...settings, url: 'pager' },
    /settings are wrong.*url/s,
  ],
  ['settings that it does not know', 'pager', pager, { ...settings, urls: 1 }, /settings are wrong.*urls/s],
  ['a file that is not there', 'pager', '/nowhere/pager.ts', settings, /cannot be used/],
])('nothing starts with %s', async (_title, name, path, given, words) => {
  await expect(load(name, path, given)).rejects.toThrow(words);
});

test('nothing starts with a module that makes no platform, or acts in the name of another', async () => {
  const empty = join(folder, 'empty.mjs');
  await writeFile(empty, 'export const platform = 1;\n');
  await expect(load('pager', empty)).rejects.toThrow(/default export/);
  const stranger = join(folder, 'stranger.mjs');
  await writeFile(
    stranger,
    `export default ({ definePlatform }) => definePlatform({
       name: 'stranger', config: {}, actions: () => [{ traits: { name: 'repo.commit', platform: 'git' } }] });\n`,
  );
  const [loaded] = await load('stranger', stranger, {});
  expect(() => loaded?.actions(tools)).toThrow(/another platform/);
});
