import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../testing/rest-world.ts';
import { until } from '../../testing/until.ts';

let world: RestWorld;
let folder: string;
beforeAll(async () => {
  world = await createRestWorld(
    async (home) => {
      folder = join(home, 'backups');
      // Where backups are put, nothing can be put.
      await writeFile(folder, '');
      return shippedPolicyData(home, { undoWindowMs: 0 });
    },
    undefined,
    {},
    { everyMs: 1_000, oldAfterMs: 600_000, keep: 2 },
  );
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

interface Run {
  readonly state: string;
  readonly error: string | null;
  readonly by: object | null;
}
const runs = async (): Promise<Run[]> => {
  const { backups } = await world.admin.graphql('{ backups { isOld runs { state error by { name } } } }');
  return (backups as { runs: Run[] }).runs;
};
const oldAlerts = async (): Promise<unknown[]> => {
  const { alerts } = (await world.admin.graphql('{ alerts { kind message } }')) as {
    alerts: { kind: string; message: string }[];
  };
  return alerts.filter(({ kind }) => kind === 'BACKUP_OLD').map(({ message }) => message);
};

test('backups are taken by time; one that fails is tried again, and people are told until one is good', async () => {
  await until(
    async () => (await oldAlerts()).length === 1 || undefined,
    () => 'nobody was told',
  );
  expect(await oldAlerts()).toEqual(['This installation has no backup that it took and verified.']);
  const [failed] = await until(
    async () => {
      const some = (await runs()).filter(({ state }) => state === 'FAILED');
      return some.length > 1 ? some : undefined;
    },
    () => 'it was not tried again',
  );
  expect(failed).toMatchObject({ by: null, error: expect.any(String) });

  await rm(folder);
  await until(
    async () => (await runs()).filter(({ state }) => state === 'COMPLETE').length > 1 || undefined,
    () => 'none was taken',
  );
  await until(
    async () => (await oldAlerts()).length === 0 || undefined,
    () => 'the alert stayed',
  );
}, 120_000);
