import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import type { EmulatedObject, EmulatorOptions } from './emulator.ts';
import { startMqttBroker } from './mqtt-broker.ts';

export type EmulatedRobotState = { position: number; isStopped: boolean };

export interface RobotBehaviour {
  /** Says that it refuses, and stays where it is. */
  isRefusing: boolean;
  /** Says that it did what it did not do. */
  isLying: boolean;
  /** Does what it is told and tells nobody. */
  isSilent: boolean;
  /** Neither does nor says anything. */
  isStuck: boolean;
}

export interface RobotOptions {
  /** Of the broker. */
  readonly url: string;
  readonly name?: string;
  readonly state?: EmulatedRobotState;
  readonly deduplicates?: boolean;
  readonly onChange?: (state: EmulatedRobotState) => void;
}

export interface EmulatedRobot extends AsyncDisposable {
  readonly behaviour: RobotBehaviour;
  readonly state: () => EmulatedRobotState;
  /** Somebody at the robot moves it. */
  readonly become: (state: EmulatedRobotState) => Promise<void>;
  /** How many commands it has done. */
  readonly movements: () => number;
}

/** A robot as an MQTT client: commands on `robots/<name>/command`, answers where they are wanted, its state retained. */
export const startRobot = async (options: RobotOptions): Promise<EmulatedRobot> => {
  const { url, name = 'arm-1', deduplicates = true } = options;
  const behaviour: RobotBehaviour = { isRefusing: false, isLying: false, isSilent: false, isStuck: false };
  const topic = `robots/${name}`;
  const answers = new Map<string, string>();
  let state = options.state ?? { position: 0, isStopped: false };
  let movements = 0;
  const client = await connectAsync(url, { protocolVersion: 5, clientId: name, reconnectPeriod: 200 });
  const tell = () => client.publishAsync(`${topic}/state`, JSON.stringify(state), { qos: 1, retain: true });
  const become = async (next: EmulatedRobotState): Promise<void> => {
    state = next;
    options.onChange?.(state);
    await tell();
  };
  const obey = async (payload: string): Promise<string> => {
    if (behaviour.isRefusing)
      return JSON.stringify({ status: 'REFUSED', reason: 'the guard is open', state });
    const told = JSON.parse(payload) as { command: string; position?: number };
    const next =
      told.command === 'STOP'
        ? { ...state, isStopped: true }
        : { position: told.position ?? state.position, isStopped: false };
    if (!behaviour.isLying) {
      movements += 1;
      await become(next);
    }
    return JSON.stringify({ status: 'DONE', state: next });
  };
  client.on('message', (_topic, payload, { properties = {} }) => {
    const { correlationData, responseTopic } = properties;
    if (behaviour.isStuck || !correlationData || responseTopic === undefined) return;
    const key = correlationData.toString('hex');
    const known = deduplicates ? answers.get(key) : undefined;
    const answering = known === undefined ? obey(payload.toString()) : Promise.resolve(known);
    answering
      .then((answer) => {
        answers.set(key, answer);
        if (behaviour.isSilent) return;
        client.publish(responseTopic, answer, { qos: 1, properties: { correlationData } });
      })
      .catch(() => client.end(true));
  });
  await client.subscribeAsync(`${topic}/command`, { qos: 1 });
  await tell();
  return {
    behaviour,
    state: () => state,
    become,
    movements: () => movements,
    [Symbol.asyncDispose]: async () => void (await client.endAsync(true)),
  };
};

/** The sandbox's `arm-1`, with a broker of its own. */
export const startSandboxRobot = async ({
  port,
  stateFile,
}: Pick<EmulatorOptions, 'port' | 'stateFile'>): Promise<
  AsyncDisposable & { readonly url: string; readonly objects: () => readonly EmulatedObject[] }
> => {
  await using stack = new AsyncDisposableStack();
  const broker = stack.use(await startMqttBroker(port));
  const isKept = stateFile !== undefined && existsSync(stateFile);
  const arm = stack.use(
    await startRobot({
      url: broker.url,
      ...(isKept ? { state: JSON.parse(readFileSync(stateFile, 'utf8')) as EmulatedRobotState } : {}),
      onChange: (state) => {
        if (stateFile !== undefined) writeFileSync(stateFile, JSON.stringify(state));
      },
    }),
  );
  const ending = stack.move();
  return {
    url: broker.url,
    objects: () => [{ kind: 'robot', id: 'arm-1', name: 'arm-1', state: arm.state() }],
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
};
