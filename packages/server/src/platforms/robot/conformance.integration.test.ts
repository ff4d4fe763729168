import { afterAll, beforeAll, describe, test } from 'vitest';
import { startMosquitto } from '../../../testing/mosquitto.ts';
import { startMqttBroker } from '../../../testing/platforms/mqtt-broker.ts';
import { startRobot, type EmulatedRobot, type RobotBehaviour } from '../../../testing/platforms/robot.ts';
import { createEgress } from '../../infra/egress.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';
import { createRobotActuate } from './robot-actuate.ts';

interface World {
  readonly robot: EmulatedRobot;
}
const behaving =
  (behaviour: Partial<RobotBehaviour>) =>
  async ({ robot }: World): Promise<void> =>
    void Object.assign(robot.behaviour, behaviour);

let robots = 0;

const cases = (brokerUrl: () => string, deduplicates: boolean) =>
  conformanceCases({
    createWorld: async () => {
      robots += 1;
      const name = `arm-${robots}`;
      const robot = await startRobot({
        url: brokerUrl(),
        name,
        deduplicates,
        state: { position: 1, isStopped: true },
      });
      const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
      const place = { name, broker: brokerUrl(), topic: `robots/${name}`, deduplicates };
      return {
        robot,
        egress,
        executor: createRobotActuate({ [name]: place }),
        params: { robot: name, position: 40, deadlineMs: 1_000 },
        fingerprint: async () => JSON.stringify([robot.state(), robot.movements()]),
        // A safe stop brings back that it stands, not where it stood.
        restorable: async () => String(robot.state().isStopped),
        countEffects: async () => robot.movements(),
        received: null,
        [Symbol.asyncDispose]: async () => {
          await robot[Symbol.asyncDispose]();
          await egress[Symbol.asyncDispose]();
        },
      };
    },
    effectsPerApply: 1,
    drift: ({ robot }) => robot.become({ position: 7, isStopped: true }),
    lie: { when: 'BEFORE_APPLY', arrange: behaving({ isLying: true }) },
    // Where it stands it tells by itself, whenever it moves.
    lateRead: null,
    stall: behaving({ isStuck: true }),
    failures: [
      {
        name: 'a robot that refuses',
        arrange: behaving({ isRefusing: true }),
        code: 'PLATFORM_REJECTED',
        effect: 'NONE',
        retriable: false,
      },
      {
        name: 'a robot that does not listen',
        arrange: ({ robot }) => Promise.resolve(robot[Symbol.asyncDispose]()),
        code: 'SERVICE_DOWN',
        effect: 'NONE',
        retriable: true,
      },
      {
        name: 'a robot that moves and does not say so',
        arrange: behaving({ isSilent: true }),
        code: 'EXECUTION_TIMEOUT',
        effect: 'UNKNOWN',
        retriable: true,
      },
    ],
  });

describe.each([
  ['mosquitto', true, startMosquitto],
  ['mosquitto', false, startMosquitto],
  ['the broker of the sandbox', true, () => startMqttBroker()],
] as const)('robot.actuate by %s, to a robot that takes a command once: %s', (_name, deduplicates, start) => {
  let broker: AsyncDisposable & { readonly url: string };
  beforeAll(async () => {
    broker = await start();
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  for (const { name, run } of cases(() => broker.url, deduplicates)) test(name, run);
});
