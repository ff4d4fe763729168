import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import {
  createSecureContext,
  TLSSocket,
  type DetailedPeerCertificate,
  type SecureContextOptions,
} from 'node:tls';
import type { Socket } from 'node:net';
import type { FastifyServerFactory, FastifyServerOptions } from 'fastify';

/** What the listener proves itself with, and whose word it takes for that of programs; each in PEM. */
export interface TlsMaterial {
  readonly certificate: string;
  readonly key: string;
  /** Null where no program signs in by a certificate. */
  readonly clientAuthorities: string | null;
}

/** What a program has proved to hold the key of. */
export interface ClientCertificate {
  /** SHA-256 of it, and of those among whom is who vouches for it: one alone where the handshake tells which. */
  readonly fingerprint: string;
  readonly authorities: readonly string[];
  /** `URI:spiffe://example.com/agent`, `CN:An agent`. */
  readonly names: readonly string[];
  readonly endsAt: Date;
}

export interface TlsListener {
  readonly serverFactory: FastifyServerFactory;
  /** From the next handshake on; who is connected stays. @throws where key and certificate do not fit. */
  readonly change: (material: TlsMaterial) => void;
}

const contextOf = ({ certificate, key, clientAuthorities }: TlsMaterial): SecureContextOptions => ({
  cert: certificate,
  key,
  minVersion: 'TLSv1.3',
  ...(clientAuthorities !== null && { ca: clientAuthorities }),
});

/** @throws what is wrong with it. */
export const checkMaterial = (material: TlsMaterial): void => void createSecureContext(contextOf(material));

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const fingerprintsOf = ({ clientAuthorities }: TlsMaterial): readonly string[] =>
  (clientAuthorities?.match(pem) ?? []).map((text) => new X509Certificate(text).fingerprint256);

/** Who counted as an authority at a connection's handshake. */
const authoritiesAt = new WeakMap<TLSSocket, readonly string[]>();

/** What the two sockets of a connection, the raw one and the one of TLS, have in common. */
const endsOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;

const handshakeMs = 10_000;

/** A connection without a certificate, or with a bad one, is taken without an identity: people have none, and who may call is decided above. */
export const createTlsListener = (first: TlsMaterial): TlsListener => {
  let context = contextOf(first);
  let authorities = fingerprintsOf(first);
  const asksClients = first.clientAuthorities !== null;
  const servers = new Set<ReturnType<typeof createServer>>();
  return {
    serverFactory(handler, options) {
      const server = createServer(
        { ...context, requestCert: asksClients, rejectUnauthorized: false, handshakeTimeout: handshakeMs },
        (request, response) => {
          // A program that is no longer known by this connection may be by another.
          const held = authoritiesAt.get(request.socket as TLSSocket) ?? [];
          if (!held.every((each) => authorities.includes(each))) response.shouldKeepAlive = false;
          handler(request, response);
        },
      );
      const known = new Map<string, readonly string[]>();
      // What a handshake is held to is what counts at its begin: a change may come before its end.
      server.on('connection', (socket: Socket) => {
        const ends = endsOf(socket);
        known.set(ends, authorities);
        socket.once('close', () => known.delete(ends));
      });
      server.on('secureConnection', (socket: TLSSocket) => {
        authoritiesAt.set(socket, known.get(endsOf(socket)) ?? []);
      });
      // Of an own server Fastify sets none of them.
      const { keepAliveTimeout, requestTimeout } = options as FastifyServerOptions;
      server.keepAliveTimeout = keepAliveTimeout ?? server.keepAliveTimeout;
      server.requestTimeout = requestTimeout ?? server.requestTimeout;
      servers.add(server);
      return server;
    },
    change(material) {
      context = contextOf(material);
      authorities = fingerprintsOf(material);
      for (const server of servers) server.setSecureContext(context);
    },
  };
};

/** Undefined where there is none, or nobody whom we know vouches for it. */
export const clientCertificateOf = (socket: Socket): ClientCertificate | undefined => {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  return {
    fingerprint: certificate.fingerprint256,
    authorities: authoritiesOf(socket),
    names: [...alternativeNames(certificate.subjectAltName ?? ''), ...commonNames(certificate.subject)],
    endsAt: certificate.validToDate,
  };
};

/** Where an intermediate came with the client's own, Node does not tell where the chain ended: any may have vouched. */
const authoritiesOf = (socket: TLSSocket): readonly string[] => {
  const known = authoritiesAt.get(socket) ?? [];
  const root = rootOf(socket.getPeerCertificate(true));
  return root !== null && known.includes(root) ? [root] : known;
};

const rootOf = (certificate: DetailedPeerCertificate): string | null => {
  const issuer = certificate.issuerCertificate as DetailedPeerCertificate | undefined;
  if (issuer === undefined) return null;
  return issuer === certificate ? certificate.fingerprint256 : rootOf(issuer);
};

const alternativeName =
  /(DNS|URI|email|IP Address|othername|DirName|Registered ID):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;

/** As Node writes them, quoted where one holds what separates them: of a list that is not so, none count. */
export const alternativeNames = (text: string): readonly string[] => {
  const names: string[] = [];
  alternativeName.lastIndex = 0;
  while (alternativeName.lastIndex < text.length) {
    const [, kind, name = ''] = alternativeName.exec(text) ?? [];
    if (kind === undefined) return [];
    names.push(`${kind}:${name.startsWith('"') ? String(JSON.parse(name)) : name}`);
  }
  return names;
};

/** One to a line, with what would end it escaped. Several say no more than none. */
const commonNames = (subject: string): readonly string[] => {
  const found = subject.split('\n').filter((line) => line.startsWith('CN='));
  return found.length === 1 ? [`CN:${(found[0] ?? '').slice(3)}`] : [];
};
