import { addAbortListener } from 'node:events';
import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { classOfAddress, isSameAddress } from './ip-address.ts';
import { isPlainHost } from './plain-host.ts';

export interface EgressConfig {
  /** Ports that public hosts may be called on; undefined means 80 and 443. */
  readonly allowedPorts?: readonly number[];
  /**
   * Hosts inside that may be called although they resolve to internal addresses: `git.corp.example`,
   * `*.svc.corp.example`, `10.0.0.5`, `[::1]`. With a port (`localhost:8080`), that port alone, and then
   * it need not be in `allowedPorts`. Link-local and reserved addresses stay out of reach.
   */
  readonly allowedInternalHosts?: readonly string[];
  /** Origin → the certificates (PEM) of who vouches for it, instead of those that everybody trusts. */
  readonly certificateAuthorities?: Readonly<Record<string, string>>;
  readonly connectTimeoutMs?: number;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Every address of a host name. Throws as `dns.lookup` does where the name has none. */
export type Resolver = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** A call that the egress rules do not let out; nothing was sent. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused';
  /** The setting that decides, and what it allows now; null where no setting could change it. */
  readonly rule: { readonly setting: keyof EgressConfig; readonly allowed: readonly string[] } | null;

  constructor(message: string, rule: EgressRefused['rule'] = null) {
    super(message);
    this.rule = rule;
  }
}

export interface Egress extends AsyncDisposable {
  /** Everything that can be told from the URL alone; throws `EgressRefused`. */
  readonly parse: (url: string) => URL;
  readonly isInternal: (url: URL) => boolean;
  /** Resolves the host and checks all its addresses, as connecting will. Sends nothing to the host. */
  readonly check: (url: URL) => Promise<void>;
  /** A connection to the checked address of an http or https URL, for what speaks another protocol over it. */
  readonly connect: (url: URL) => Promise<Socket>;
  /** Checks at connect time and connects to the checked address, whatever it is handed. */
  readonly dispatcher: Agent;
}

const systemResolver: Resolver = async (hostname) => {
  const addresses = await lookup(hostname, { all: true, order: 'verbatim' });
  return addresses.map(({ address }) => resolvedAddress(address));
};

export const createEgress = (config: EgressConfig, resolver: Resolver = systemResolver): Egress => {
  const rules = createRules(config, resolver);
  const { connect, connectChecked } = createConnector(rules, config);
  const dispatcher = new Agent({ connect, allowH2: false, pipelining: 1, keepAliveMaxTimeout: 30_000 });
  return {
    parse: rules.parse,
    isInternal: rules.isInternal,
    check: async (url) => void (await rules.resolve(url)),
    connect: ({ protocol, hostname, port }) => connectChecked({ protocol, hostname, port }),
    dispatcher,
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
};

/** Lets what is on its way come to its end, unless the signal says that there is no time. */
export const endEgress = async (
  { dispatcher }: Pick<Egress, 'dispatcher'>,
  signal: AbortSignal,
): Promise<void> => {
  if (signal.aborted) return dispatcher.destroy();
  using _cut = addAbortListener(signal, () => void dispatcher.destroy());
  await dispatcher.close();
};

interface Rules {
  readonly parse: (url: string) => URL;
  readonly isInternal: (url: URL) => boolean;
  /** All addresses of the host, or none: one bad address refuses them all. */
  readonly resolve: (url: URL) => Promise<readonly ResolvedAddress[]>;
}

/** Of public hosts, where configuration names none. */
export const defaultPorts: readonly number[] = [80, 443];

const createRules = (config: EgressConfig, resolver: Resolver): Rules => {
  const allowedPorts = new Set(config.allowedPorts ?? defaultPorts);
  const internalHosts = (config.allowedInternalHosts ?? []).map(parseHostRule);
  const isInternal = (url: URL) => internalHosts.some((rule) => rule(hostOf(url.hostname), portOf(url)));
  /** The host first: who asks for one inside learns that, whatever the port. */
  const admit = (url: URL, addresses: readonly string[]): void => {
    for (const address of addresses) {
      assertReachable(hostOf(url.hostname), address, isInternal(url), config.allowedInternalHosts ?? []);
    }
    if (isInternal(url) || allowedPorts.has(portOf(url))) return;
    throw new EgressRefused(`Port ${portOf(url)} of public hosts may not be called.`, {
      setting: 'allowedPorts',
      allowed: [...allowedPorts].map(String),
    });
  };
  /** Where nobody knows the host, its port still says no. */
  const lookUp = (url: URL, host: string): Promise<readonly ResolvedAddress[]> =>
    resolver(host).catch((error: unknown) => {
      admit(url, []);
      throw error;
    });
  return {
    isInternal,
    parse: (text) => {
      if (!URL.canParse(text)) throw new EgressRefused('This is not an absolute URL.');
      const url = new URL(text);
      if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        throw new EgressRefused(`Only http and https can be called, not "${url.protocol}".`);
      }
      if (url.username || url.password) throw new EgressRefused('A URL must not carry credentials.');
      if (hostOf(url.hostname) === '') throw new EgressRefused('This URL names no host.');
      if (isIP(hostOf(url.hostname))) admit(url, [hostOf(url.hostname)]);
      return url;
    },
    resolve: async (url) => {
      const host = hostOf(url.hostname);
      const addresses = isIP(host) ? [resolvedAddress(host)] : await lookUp(url, host);
      if (addresses.length === 0) throw new EgressRefused(`${host} has no address.`);
      admit(
        url,
        addresses.map(({ address }) => address),
      );
      return addresses;
    },
  };
};

const resolvedAddress = (address: string): ResolvedAddress => ({
  address,
  family: isIP(address) === 6 ? 6 : 4,
});

/** Tries the checked addresses in turn, and looks again where the connection went. */
const createConnector = (
  rules: Rules,
  { connectTimeoutMs: timeout = 5_000, certificateAuthorities = {} }: EgressConfig,
): {
  readonly connect: buildConnector.connector;
  readonly connectChecked: (options: buildConnector.Options) => Promise<Socket>;
} => {
  const everywhere = buildConnector({ timeout, allowH2: false });
  const own = new Map(
    Object.entries(certificateAuthorities).map(([origin, ca]) => [
      new URL(origin).origin,
      buildConnector({ timeout, allowH2: false, ca }),
    ]),
  );

  const connectChecked = async (options: buildConnector.Options): Promise<Socket> => {
    const port = options.port ? `:${options.port}` : '';
    const url = rules.parse(`${options.protocol}//${bracketed(options.hostname)}${port}`);
    let lastError: unknown;
    for (const { address } of await rules.resolve(url)) {
      try {
        const socket = await connectTo(own.get(url.origin) ?? everywhere, options, address);
        if (isSameAddress(socket.remoteAddress ?? '', address)) return socket;
        socket.destroy();
        throw new EgressRefused(`The connection to ${url.hostname} went to another address.`);
      } catch (error) {
        if (error instanceof EgressRefused) throw error;
        lastError = error;
      }
    }
    throw lastError;
  };

  return {
    connectChecked,
    connect: (options, callback) => {
      connectChecked(options).then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
      );
    },
  };
};

const connectTo = (
  base: buildConnector.connector,
  options: buildConnector.Options,
  address: string,
): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const host = hostOf(options.hostname);
    // The certificate is checked against the name that was asked for, not against the address.
    const servername = options.servername ?? (isIP(host) ? undefined : host);
    const { socketPath: _ignored, httpSocket: _alsoIgnored, ...rest } = options;
    base(
      { ...rest, hostname: address, ...(options.protocol === 'https:' && servername ? { servername } : {}) },
      (error, socket) => (socket ? resolve(socket) : reject(error ?? new Error('No connection.'))),
    );
  });

const assertReachable = (
  host: string,
  address: string,
  isInternalAllowed: boolean,
  allowed: readonly string[],
): void => {
  const kind = classOfAddress(address);
  if (kind === 'PUBLIC' || (kind === 'INTERNAL' && isInternalAllowed)) return;
  if (kind !== 'INTERNAL') throw new EgressRefused(`${host} has an address that may not be called.`);
  throw new EgressRefused(`${host} is inside this network and not on the list of allowed internal hosts.`, {
    setting: 'allowedInternalHosts',
    allowed,
  });
};

const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80);

/** Without brackets and the root's dot, in lower case. */
const hostOf = (hostname: string): string =>
  hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();

const bracketed = (hostname: string): string => (isIP(hostname) === 6 ? `[${hostname}]` : hostname);

/** Whether a URL is at a host, or a host and a port, of a list. */
export const hostMatcher = (hosts: readonly string[]): ((url: URL) => boolean) => {
  const rules = hosts.map(parseHostRule);
  return (url) => rules.some((rule) => rule(hostOf(url.hostname), portOf(url)));
};

type HostRule = (host: string, port: number) => boolean;

/** A star stands for whole parts in front, and nowhere else for anything. */
const hostRule = /^(\*\.)?(\[[^\]]+\]|[^*:\s/?#@\\]+)(?::([1-9]\d*))?$/;

/** Whether this may stand in `allowedInternalHosts`. */
export const isHostRule = (text: string): boolean => {
  const match = hostRule.exec(text);
  if (!match?.[2] || !isPlainHost(match[2]) || Number(match[3] ?? 80) > 65_535) return false;
  // Addresses have no parts in front.
  return match[1] === undefined || isIP(hostOf(match[2])) === 0;
};

const parseHostRule = (text: string): HostRule => {
  const match = hostRule.exec(text);
  const name = match?.[2];
  if (!name || !isHostRule(text)) throw new TypeError(`"${text}" is not a host, or a host and a port.`);
  // The URL parser gives hosts their one spelling, so rules take it too.
  const host = hostOf(new URL(`http://${name}`).hostname);
  const rulePort = match[3] ? Number(match[3]) : null;
  return (asked, port) =>
    (rulePort === null || rulePort === port) && (match[1] ? asked.endsWith(`.${host}`) : asked === host);
};
