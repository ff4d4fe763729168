import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { testConfig } from '../../testing/test-config.ts';
import { actionTypeNames } from './action-type-names.ts';
import { platformNames } from './settings.ts';

/** The suite of a platform, which names what it is about by the type of action. */
const suiteOf = (platform: string): Promise<string> =>
  readFile(new URL(`${platform}/conformance.integration.test.ts`, import.meta.url), 'utf8');

test('every action type goes through the conformance suite', async () => {
  const suites = (await Promise.all(platformNames.map(suiteOf))).join('\n');
  const names = (await actionTypeNames(testConfig('', '/nowhere'))).filter((name) => !name.includes('@'));
  expect(names).toEqual(expect.arrayContaining(['notion.page.create', 'terraform.apply']));
  const named = new Set([...suites.matchAll(/['"`]([a-z.]+)(?=[ ,'"`])/g)].map(([, name]) => name));
  expect(names.filter((name) => !named.has(name))).toEqual([]);
});
