import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countersignOf } from '../../testing/countersign-program.ts';
import { createWorld, type World } from '../../testing/world.ts';

let world: World;
/** Stands where the replica is said to be, and counts who comes. */
const replica = createServer((socket) => {
  callers += 1;
  socket.destroy();
});
let callers = 0;

beforeAll(async () => {
  world = await createWorld();
  await once(replica.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  replica.close();
  await world[Symbol.asyncDispose]();
});

const callersWhile = async (...words: readonly string[]): Promise<number> => {
  const before = callers;
  const { port } = replica.address() as AddressInfo;
  const env = { DATABASE_REPLICA_URL: `postgresql://127.0.0.1:${port}/countersign` };
  expect(await countersignOf(world, env)(...words)).toMatchObject({ code: 0 });
  return callers - before;
};

test('only the command that copies the record asks the replica', async () => {
  const reason = ['--reason', 'Because this is a test.'];
  expect(await callersWhile('stop', 'status')).toBe(0);
  expect(await callersWhile('stop', '--drill', ...reason)).toBe(0);
  expect(await callersWhile('retention', 'plan')).toBe(0);
  expect(await callersWhile('encryption', 'status')).toBe(0);
  const copy = join(world.config.home, 'record.jsonl');
  expect(await callersWhile('audit', 'export', '--out', copy)).toBeGreaterThan(0);
}, 120_000);
