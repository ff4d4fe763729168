import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { generate, parser, type IPublishPacket, type Packet } from 'mqtt-packet';

/** A broker for one robot and who commands it: MQTT 5, QoS 0 and 1, exact topics, retained messages. Nothing lasts. */
export interface MqttBroker extends AsyncDisposable {
  /** `mqtt://127.0.0.1:1883` */
  readonly url: string;
}

interface Session {
  readonly socket: Socket;
  readonly topics: Set<string>;
  nextMessageId: number;
}

const protocolVersion = 5;
const granted = 1;
const noMatchingSubscribers = 16;

export const startMqttBroker = async (port = 0): Promise<MqttBroker> => {
  const sessions = new Set<Session>();
  const retained = new Map<string, IPublishPacket>();
  const send = ({ socket }: Session, packet: Packet): void => {
    if (socket.writable) socket.write(generate(packet, { protocolVersion }));
  };
  const deliver = (session: Session, packet: IPublishPacket): void => {
    session.nextMessageId = (session.nextMessageId % 65_535) + 1;
    send(session, { ...packet, dup: false, messageId: session.nextMessageId });
  };
  const publish = (from: Session, packet: IPublishPacket): void => {
    if (packet.retain) retained.set(packet.topic, packet);
    const hearers = [...sessions].filter(({ topics }) => topics.has(packet.topic));
    for (const hearer of hearers) deliver(hearer, { ...packet, retain: false });
    if (packet.qos === 0) return;
    const reasonCode = hearers.length === 0 ? noMatchingSubscribers : 0;
    send(from, { cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode });
  };
  const handle = (session: Session, packet: Packet): void => {
    switch (packet.cmd) {
      case 'connect':
        send(session, { cmd: 'connack', reasonCode: 0, sessionPresent: false });
        return;
      case 'subscribe': {
        const topics = packet.subscriptions.map(({ topic }) => topic);
        topics.forEach((topic) => session.topics.add(topic));
        send(session, {
          cmd: 'suback',
          messageId: packet.messageId ?? 0,
          granted: topics.map(() => granted),
        });
        for (const kept of topics.flatMap((topic) => retained.get(topic) ?? [])) deliver(session, kept);
        return;
      }
      case 'publish':
        publish(session, packet);
        return;
      case 'pingreq':
        send(session, { cmd: 'pingresp' });
        return;
      case 'disconnect':
        session.socket.end();
        return;
      default:
    }
  };
  const server = createServer((socket) => {
    const session: Session = { socket, topics: new Set(), nextMessageId: 0 };
    sessions.add(session);
    const reader = parser({ protocolVersion });
    reader.on('packet', (packet: Packet) => handle(session, packet));
    reader.on('error', () => socket.destroy());
    socket.on('data', (chunk) => reader.parse(chunk));
    socket.on('error', () => {});
    socket.on('close', () => sessions.delete(session));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const { socket } of sessions) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
