import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startMqttBroker } from '../../../testing/platforms/mqtt-broker.ts';
import { openMqttSession } from './mqtt-session.ts';

test('whoever leaves while the way to the broker is looked for sends it nothing more', async () => {
  await using broker = await startMqttBroker();
  const caller = new AbortController();
  const session = openMqttSession(
    { broker: broker.url },
    {
      signal: caller.signal,
      async connect(url) {
        const { hostname, port } = new URL(url);
        const socket = connect({ host: hostname, port: Number(port) });
        await once(socket, 'connect');
        caller.abort(new Error('The caller has left.'));
        return socket;
      },
    },
  );
  await expect(session).rejects.toThrow('The caller has left.');
});
