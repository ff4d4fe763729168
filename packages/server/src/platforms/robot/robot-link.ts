import { z } from 'zod';
import { ExecutorError } from '../kit/executor-error.ts';
import { openMqttSession, type BrokerPlace, type Reach } from './mqtt-session.ts';

/** One robot, as it is reached. */
export interface RobotPlace extends BrokerPlace {
  readonly name: string;
  /** Where its topics begin: `robots/arm-1`. */
  readonly topic: string;
}

export const robotStateSchema = z.object({ position: z.number(), isStopped: z.boolean() });
export type RobotState = z.output<typeof robotStateSchema>;

const answerSchema = z.object({
  status: z.enum(['DONE', 'REFUSED']),
  reason: z.string().max(500).optional(),
  state: robotStateSchema,
});

export type RobotCommand =
  | { readonly command: 'MOVE'; readonly position: number }
  | { readonly command: 'STOP' };

/** A way to one robot, for one operation. */
export interface RobotLink extends AsyncDisposable {
  /** As the robot said last: the broker keeps it. */
  readonly readState: () => Promise<RobotState>;
  /** Sends a command, and waits for the robot's own word that it was done, as long as the deadline. */
  readonly command: (command: RobotCommand, key: string, deadlineMs: number) => Promise<RobotState>;
}

/** Of a receipt: the message went to nobody. */
const noMatchingSubscribers = 16;
const stateTimeoutMs = 3_000;

export const openRobotLink = async (place: RobotPlace, reach: Reach): Promise<RobotLink> => {
  const session = await openMqttSession(place, reach);
  const name = `The robot "${place.name}"`;
  return {
    readState: async () => {
      const next = await session.hear(`${place.topic}/state`, ({ payload }) =>
        parsed(robotStateSchema, payload),
      );
      const state = await next(stateTimeoutMs);
      if (state) return state;
      throw new ExecutorError('RESOURCE_NOT_FOUND', `${name} has never said how it stands.`, {
        effect: 'NONE',
      });
    },
    command: async (command, key, deadlineMs) => {
      const correlationData = Buffer.from(key);
      const responseTopic = `${place.topic}/answers/${key}`;
      const next = await session.hear(responseTopic, ({ payload, properties }) =>
        properties?.correlationData && correlationData.equals(properties.correlationData)
          ? parsed(answerSchema, payload)
          : null,
      );
      const reason = await session.publish(`${place.topic}/command`, JSON.stringify(command), {
        correlationData,
        responseTopic,
        contentType: 'application/json',
        // Whoever gets it later than this must not move any more.
        messageExpiryInterval: Math.ceil(deadlineMs / 1_000),
      });
      if (reason === noMatchingSubscribers)
        throw new ExecutorError('SERVICE_DOWN', `${name} does not listen.`, { effect: 'NONE' });
      const answer = await next(deadlineMs);
      if (!answer)
        throw new ExecutorError('EXECUTION_TIMEOUT', `${name} did not answer within ${deadlineMs} ms.`, {
          effect: 'UNKNOWN',
        });
      if (answer.status === 'DONE') return answer.state;
      const why = answer.reason === undefined ? '.' : `: ${answer.reason}`;
      throw new ExecutorError('PLATFORM_REJECTED', `${name} refused${why}`, { effect: 'NONE' });
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
};

const parsed = <Value>(schema: z.ZodType<Value>, payload: string | Buffer): Value | null => {
  try {
    return schema.parse(JSON.parse(payload.toString()));
  } catch {
    return null;
  }
};
