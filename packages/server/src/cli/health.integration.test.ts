import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { inheritedEnvironment } from '../../testing/inherited-environment.ts';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { programOf } from '../../testing/programs.ts';
import { createRestWorld } from '../../testing/rest-world.ts';

const health = (port: number, ...words: string[]): Promise<{ code: unknown; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = { ...inheritedEnvironment(), COUNTERSIGN_HOST: '0.0.0.0', PORT: String(port) };
    execFile(process.execPath, [programOf('cli'), 'health', ...words], { env }, (error, out, err) => {
      resolve({ code: error?.code ?? 0, out, err });
    });
  });

test('it says whether the server of this configuration answers', async () => {
  const world = await createRestWorld((folder) => shippedPolicyData(folder, {}));
  const port = Number(new URL(world.app.url).port);
  const url = `http://127.0.0.1:${port}/livez`;
  const up = await health(port, '--json');
  await world[Symbol.asyncDispose]();
  expect({ ...up, out: JSON.parse(up.out) as unknown }).toEqual({
    code: 0,
    out: { url, status: 200 },
    err: '',
  });
  expect(await health(port)).toEqual({ code: 1, out: '', err: `${url} does not answer.\n` });
  expect(await health(port, '--colour')).toMatchObject({ code: 2 });
});

test('a server that takes the connection and says nothing is not waited for', async () => {
  const taken: Socket[] = [];
  await using silent = createServer((socket) => taken.push(socket));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  expect(await health(port)).toMatchObject({ code: 1, err: expect.stringContaining('does not answer') });
  expect(taken).toHaveLength(1);
  for (const socket of taken) socket.destroy();
}, 60_000);
