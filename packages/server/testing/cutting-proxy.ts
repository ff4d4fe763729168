import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and a server, and cuts what goes through it. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** Ends every connection, at once and without a word. */
  cut(): void;
}

export const startCuttingProxy = async (toPort: number): Promise<CuttingProxy> => {
  const sockets = new Set<Socket>();
  const server = createServer((from) => {
    const to = connect(toPort, '127.0.0.1');
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        from.destroy();
        to.destroy();
      });
    }
    from.pipe(to).pipe(from);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    // One that is being shut down cannot be reset: Node would keep it open for ever.
    for (const socket of sockets)
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};
