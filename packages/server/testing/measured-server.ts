import { fork } from 'node:child_process';
import { once } from 'node:events';
import { serverMemory } from '../../../scripts/toolchain/server-memory.mjs';
import type { Config } from '../src/config.ts';
import { programOf } from './programs.ts';

export interface Measured {
  /** The longest that the event loop was kept since the last question, in milliseconds of the processor. */
  readonly longestTurnMs: number;
  /** How many times as long as usual this machine takes for the same work now, measured within the same process. */
  readonly slowness: number;
  readonly rssMb: number;
}

/** The product's own server as a process, and two people who may submit. */
export interface MeasuredServer extends AsyncDisposable {
  readonly url: string;
  readonly keys: readonly [string, string];
  measure(): Promise<Measured>;
}

export const startMeasuredServer = async (config: Config): Promise<MeasuredServer> => {
  const child = fork(programOf('measured'), [JSON.stringify(config)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: serverMemory,
  });
  const gone = once(child, 'exit');
  const answer = async <Value>(): Promise<Value> => {
    const first = await Promise.race([once(child, 'message'), gone]);
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
    return first[0] as Value;
  };
  const { url, keys } = await answer<Pick<MeasuredServer, 'url' | 'keys'>>();
  return {
    url,
    keys,
    measure() {
      child.send('measure');
      return answer<Measured>();
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
};
