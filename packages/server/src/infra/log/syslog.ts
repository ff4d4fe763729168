import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { writtenTo, type LogSink } from './log-outlet.ts';
import { framed, syslogMessage, type Facility } from './syslog-message.ts';

export interface SyslogSettings {
  readonly host: string;
  readonly port: number;
  /** False for this machine alone. */
  readonly isEncrypted: boolean;
  readonly facility: Facility;
  /** Of a message. */
  readonly maxBytes: number;
  /** PEM: who vouches for the receiver, instead of those that everybody trusts. */
  readonly authoritiesFile?: string | undefined;
  /** PEM: who we are there. */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** What a receiver that hangs has to let go. */
const farewellMs = 1_000;

const open = (settings: SyslogSettings): Socket => {
  const { host, port } = settings;
  if (!settings.isEncrypted) return connectPlain({ host, port });
  return connectTls({
    host,
    port,
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ca: settings.authoritiesFile,
    cert: settings.certificateFile,
    key: settings.keyFile,
  });
};

/** A receiver says nothing back: what was on its way when a connection broke may be lost, or come twice. */
export const createSyslog = (
  settings: SyslogSettings,
  messageOf: typeof syslogMessage = syslogMessage,
  onClose: () => void = () => undefined,
): LogSink => {
  const origin = {
    facility: settings.facility,
    hostname: hostname(),
    application: 'countersign',
    processId: process.pid,
    mostBytes: settings.maxBytes,
  };
  let connection: { readonly socket: Socket; readonly ready: Promise<unknown> } | null = null;

  const opened = () => {
    const socket = open(settings);
    socket.setKeepAlive(true, 30_000);
    // Whoever writes is told; and what a receiver says is nothing to us.
    socket.on('error', () => undefined).resume();
    socket.once('close', () => {
      if (connection?.socket === socket) connection = null;
      onClose();
    });
    // Nothing is sent to whom nobody vouches for.
    return { socket, ready: once(socket, settings.isEncrypted ? 'secureConnect' : 'connect') };
  };

  return {
    async write(lines) {
      const { socket, ready } = (connection ??= opened());
      await ready;
      await writtenTo(
        socket,
        lines.map((line) => framed(messageOf(line, origin))),
      );
    },
    close() {
      const socket = connection?.socket;
      connection = null;
      if (!socket || socket.destroyed) return;
      socket.destroySoon();
      setTimeout(() => socket.destroy(), farewellMs).unref();
    },
  };
};
