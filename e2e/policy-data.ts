import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '@countersign/shared';
import type { PolicyData } from '../packages/server/src/modules/policy/policy-engine-settings.ts';

type Terms = PolicyData['settings']['approval']['default'];

/** How people are asked in an environment: how many, for how long (ms), and the undo window (ms). */
export type Asking = Partial<Record<Environment, Partial<Terms>>>;

export type Freezes = NonNullable<PolicyData['settings']['time']>['freezes'];

const shipped = fileURLToPath(new URL('../policies/data.json', import.meta.url));

/** Writes the shipped policy data with other terms for some environments, whatever the risk; gives the file. */
export const writePolicyData = async (folder: string, asking: Asking, freezes?: Freezes): Promise<string> => {
  const { settings } = JSON.parse(await readFile(shipped, 'utf8')) as PolicyData;
  const changed = Object.entries(asking).map(([environment, terms]) => [
    environment,
    { default: terms, risks: {} },
  ]);
  const environments = { ...settings.approval.environments, ...Object.fromEntries(changed) };
  const file = join(folder, 'policy-data.json');
  const approval = { ...settings.approval, environments };
  const time = freezes ? { roundedToMs: 1_000, freezes } : settings.time;
  await writeFile(file, JSON.stringify({ settings: { ...settings, approval, time } }));
  return file;
};
