import { mkdir, mkdtempDisposable, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAllowedRepositories } from './allowed-repositories.ts';

const anEmptyRepository = async (path: string): Promise<string> => {
  await mkdir(join(path, 'objects'), { recursive: true });
  await mkdir(join(path, 'refs'));
  await writeFile(join(path, 'HEAD'), 'ref: refs/heads/main\n');
  return path;
};

/** By the names of a repository configuration and policy say where it belongs. */
const namesOf = async (
  allowed: ReturnType<typeof createAllowedRepositories>,
  repository: string,
): Promise<readonly string[]> => {
  const place = await allowed.resolve(repository);
  return place.ok ? place.value.names : [place.refusal.code];
};

test('a repository on the machine has the names of configuration, however a caller spells its path', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'names-'));
  const shop = await anEmptyRepository(join(folder.path, 'shop.git'));
  const other = await anEmptyRepository(join(folder.path, 'other.git'));
  await symlink(shop, join(folder.path, 'trial.git'));
  const allowed = createAllowedRepositories([
    { location: `${folder.path}/`, isPrefix: true },
    { name: 'shop', location: shop },
    { name: 'store', location: join(folder.path, 'trial.git') },
  ]);
  const spelled = [
    'shop',
    'store',
    shop,
    `${folder.path}/./other.git/../shop.git/`,
    join(folder.path, 'trial.git'),
  ];
  for (const repository of spelled) expect(await namesOf(allowed, repository)).toEqual(['shop', 'store']);
  expect(await namesOf(allowed, `${folder.path}//other.git`)).toEqual([other]);
  expect(await namesOf(allowed, `${folder.path}x`)).toEqual(['POLICY_DENIED']);
});

test('so has one that is reached by a URL', async () => {
  const allowed = createAllowedRepositories([
    { location: 'https://git.example/prod/', isPrefix: true },
    { name: 'shop', location: 'https://git.example/prod/shop' },
  ]);
  for (const repository of [
    'shop',
    'https://git.example/prod/shop',
    'HTTPS://GIT.example:443/x/../prod/shop/',
  ])
    expect(await namesOf(allowed, repository)).toEqual(['shop']);
  expect(await namesOf(allowed, 'https://GIT.example/prod/tools')).toEqual([
    'https://git.example/prod/tools',
  ]);
});
