import { addAbortListener } from 'node:events';
import type { Socket } from 'node:net';
import type * as Mqtt from 'mqtt';
import type { Egressed } from '../contract/executor.ts';
import { ExecutorError } from '../kit/executor-error.ts';

/** A broker, and who we are there. */
export interface BrokerPlace {
  /** `mqtt://host:1883`, or `mqtts:` for TLS. */
  readonly broker: string;
  readonly username?: string;
  readonly password?: string;
}

export interface Reach extends Pick<Egressed, 'connect'> {
  readonly signal: AbortSignal;
}

/** A session with a broker, for one operation. */
export interface MqttSession extends AsyncDisposable {
  /** Subscribes; the answer waits for the first message that `read` makes something of, null where none comes in time. */
  readonly hear: <Value>(
    topic: string,
    read: (packet: Mqtt.IPublishPacket) => Value | null,
  ) => Promise<(timeMs: number) => Promise<Value | null>>;
  /** Sends with QoS 1; gives the reason code of the broker's receipt. Throws where it does not take the message. */
  readonly publish: (
    topic: string,
    message: string,
    properties: NonNullable<Mqtt.IClientPublishOptions['properties']>,
  ) => Promise<number>;
}

const sessionTimeoutMs = 5_000;
/** Of CONNACK: bad user name or password, not authorized. */
const loginRefusals: ReadonlySet<unknown> = new Set([134, 135]);
/** Of PUBACK. */
const notAuthorized = 135;

/** Connects through the guarded way out. Throws `ExecutorError`, or what the way out throws. */
export const openMqttSession = async (place: BrokerPlace, reach: Reach): Promise<MqttSession> => {
  const { signal } = reach;
  // Loaded by whoever has a robot.
  const mqtt = await import('mqtt');
  const client = createClient(mqtt, place, await reach.connect(place.broker.replace(/^mqtt/, 'http')));
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  let isSent = false;
  /** Once something was sent, it may have been done. */
  const lose = (message: string): void =>
    lost.reject(new ExecutorError('NETWORK_ERROR', message, { effect: isSent ? 'UNKNOWN' : 'NONE' }));
  client.on('error', (error: Error & { readonly code?: unknown }) =>
    loginRefusals.has(error.code) ? lost.reject(notLetIn()) : lose(`The broker failed: ${error.message}`),
  );
  client.on('close', () => lose('The connection to the broker ended.'));
  const onAbort = (): void => {
    lost.reject(signal.reason);
    client.end(true);
  };
  const leaving = addAbortListener(signal, onAbort);
  const within = <Value>(work: Promise<Value>): Promise<Value> => Promise.race([work, lost.promise]);
  const end = async (): Promise<void> => {
    leaving[Symbol.dispose]();
    await client.endAsync(true);
  };
  try {
    const connected = Promise.withResolvers<void>();
    client.once('connect', () => connected.resolve());
    await within(connected.promise);
  } catch (error) {
    await end();
    throw error;
  }
  const hearers = new Map<string, (packet: Mqtt.IPublishPacket) => void>();
  client.on('message', (topic, _payload, packet) => hearers.get(topic)?.(packet));
  return {
    hear: async <Value>(topic: string, read: (packet: Mqtt.IPublishPacket) => Value | null) => {
      const heard = Promise.withResolvers<Value>();
      hearers.set(topic, (packet) => {
        const value = read(packet);
        if (value !== null) heard.resolve(value);
      });
      await within(client.subscribeAsync(topic, { qos: 1 }));
      return (timeMs) => within(orNull(heard.promise, timeMs));
    },
    publish: (topic, message, properties) => {
      isSent = true;
      return within(publish(mqtt, client, topic, message, properties));
    },
    [Symbol.asyncDispose]: end,
  };
};

const createClient = (
  mqtt: typeof Mqtt,
  { username, password }: BrokerPlace,
  socket: Socket,
): Mqtt.MqttClient =>
  new mqtt.MqttClient(() => socket, {
    protocolVersion: 5,
    clientId: `countersign-${crypto.randomUUID()}`,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: sessionTimeoutMs,
    queueQoSZero: false,
    resubscribe: false,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });

const publish = async (
  mqtt: typeof Mqtt,
  client: Mqtt.MqttClient,
  topic: string,
  message: string,
  properties: NonNullable<Mqtt.IClientPublishOptions['properties']>,
): Promise<number> => {
  let reasonCode = 0;
  // The client takes every reason below 128 for a success, and keeps it to itself.
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'puback') reasonCode = packet.reasonCode ?? 0;
  });
  try {
    await client.publishAsync(topic, message, { qos: 1, properties });
  } catch (error) {
    throw error instanceof mqtt.ErrorWithReasonCode ? notTaken(error.code) : error;
  }
  return reasonCode;
};

const orNull = async <Value>(work: Promise<Value>, timeMs: number): Promise<Value | null> => {
  const over = Promise.withResolvers<null>();
  const timer = setTimeout(() => over.resolve(null), timeMs);
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
  }
};

const notLetIn = (): ExecutorError =>
  new ExecutorError('PLATFORM_AUTHENTICATION_FAILED', 'The broker does not let this server in.', {
    effect: 'NONE',
  });

const notTaken = (reasonCode: number): ExecutorError =>
  new ExecutorError(
    reasonCode === notAuthorized ? 'PLATFORM_PERMISSION_DENIED' : 'PLATFORM_REJECTED',
    `The broker does not take the command (reason ${reasonCode}).`,
    { effect: 'NONE' },
  );
