import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Peer } from './peer.ts';

const step = (): Promise<void> => DBOS.runStep(() => Promise.resolve(), { name: 'nothing' });

const plain = DBOS.registerWorkflow(step, { name: 'plain' });
const patienceSeconds = 600;
const asking = DBOS.registerWorkflow(
  async () => {
    await DBOS.recv('approval', patienceSeconds);
    await step();
  },
  { name: 'asking' },
);

const silent = { info: () => undefined, debug: () => undefined, warn: () => undefined, error: console.error };

/** In this process, beside whoever measures: a library, which no request has to reach. */
export const startDbos = async (connectionString: string): Promise<Peer> => {
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: connectionString,
    systemDatabasePoolSize: 20,
    logger: silent,
  });
  await DBOS.launch();
  return {
    async start() {
      const handle = await DBOS.startWorkflow(plain)();
      return { done: handle.getResult() };
    },
    async startAsking() {
      const handle = await DBOS.startWorkflow(asking)();
      return {
        done: handle.getResult(),
        approve: () => DBOS.send(handle.workflowID, 'yes', 'approval'),
      };
    },
    [Symbol.asyncDispose]: () => DBOS.shutdown(),
  };
};
