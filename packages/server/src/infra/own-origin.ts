import { isIP } from 'node:net';

/** Where people and agents reach this server, as far as its configuration says. */
export const ownOrigin = ({
  publicUrl,
  tls,
  host,
  port,
}: {
  readonly publicUrl: string | null;
  readonly tls: object | null;
  readonly host: string;
  readonly port: number;
}): string => publicUrl ?? `${tls ? 'https' : 'http'}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
