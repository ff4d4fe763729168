import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** One server; or the one that sentinels name the primary; or a cluster. User, password and TLS are those of the URL. */
export interface RedisServers {
  /** With sentinels its host is the name that they know the primary by; in a cluster it is one of the nodes. */
  readonly url: string;
  readonly sentinelUrls?: readonly string[];
  /** More nodes of the cluster, for a start while the first is away. */
  readonly clusterUrls?: readonly string[];
}

export type RedisClient = Redis | Cluster;
export type Retries = Pick<RedisOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest' | 'commandTimeout'>;

const connectTimeoutMs = 5000;
const answerTimeoutMs = 5000;
const reconnectDelayMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2000);

/** Not connected yet; `isUp` says whether it has been, from when on it is sought for as long as it takes. */
export const createRedisClient = (
  { url, sentinelUrls = [], clusterUrls = [] }: RedisServers,
  retries: Retries,
  isUp: () => boolean,
): RedisClient => {
  const common = { lazyConnect: true, enableAutoPipelining: true };
  if (clusterUrls.length > 0) {
    const { enableOfflineQueue, ...ofNodes } = retries;
    const { host: _host, port: _port, ...signIn } = accessOf(url);
    return new Cluster(
      [url, ...clusterUrls].map((each) => addressOf(each, 6379)),
      {
        ...common,
        enableOfflineQueue,
        // Whoever hangs keeps its connections: that another has its keys now, the other nodes say.
        slotsRefreshInterval: 2000,
        clusterRetryStrategy: (attempt) => (isUp() ? reconnectDelayMs(attempt) : null),
        redisOptions: { ...ofNodes, ...signIn, connectTimeout: connectTimeoutMs },
        // The names that certificates are for stay as they are.
        dnsLookup: (name, found) => found(null, name),
      },
    );
  }
  const options = {
    ...common,
    ...retries,
    connectTimeout: connectTimeoutMs,
    retryStrategy: reconnectDelayMs,
  };
  if (sentinelUrls.length === 0) return new Redis(url, options);
  const { host: name, port: _, ...signIn } = accessOf(url);
  const [sentinel = { username: undefined, password: undefined, tls: undefined }] =
    sentinelUrls.map(accessOf);
  return new Redis({
    ...options,
    ...signIn,
    name,
    enableTLSForSentinelMode: signIn.tls !== undefined,
    sentinels: sentinelUrls.map((each) => addressOf(each, 26_379)),
    sentinelUsername: sentinel.username,
    sentinelPassword: sentinel.password,
    sentinelTLS: sentinel.tls,
    sentinelCommandTimeout: answerTimeoutMs,
    sentinelRetryStrategy: (attempt) => (isUp() ? reconnectDelayMs(attempt) : null),
    // Whoever hangs keeps its connections: that another is the primary now, the sentinels say.
    failoverDetector: true,
  });
};

/** Between two attempts to connect it makes a last one, or commands that wait would wait for ever. */
export const hangUp = (client: RedisClient): void => {
  if (client instanceof Cluster) client.options.clusterRetryStrategy = () => null;
  else Object.assign(client.options, { retryStrategy: null, sentinelRetryStrategy: null });
  const isBetweenAttempts = client.status === 'reconnecting';
  client.disconnect();
  if (isBetweenAttempts)
    client.connect().then(
      () => {
        client.disconnect();
      },
      () => undefined,
    );
};

const addressOf = (url: string, usualPort: number) => {
  const { host, port = usualPort } = accessOf(url);
  return { host, port };
};

const accessOf = (url: string) => {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? undefined : Number(port),
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    db: pathname.length > 1 ? Number(pathname.slice(1)) : undefined,
    tls: protocol === 'rediss:' ? {} : undefined,
  };
};
