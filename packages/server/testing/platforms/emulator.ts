import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { addAbortListener, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../src/domain/json.ts';
import type { ReceivedRequest } from '../../src/platforms/contract/executor-conformance.ts';
import { openLedger } from '../ledger-file.ts';
import { fail, takeFailure, type PlannedFailure } from '../planned-failure.ts';

/** Something that a platform holds, as people see it. */
export interface EmulatedObject {
  /** `card`, `deployment` */
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly state: Json;
}

export interface EmulatorBehaviour {
  /** Of the next writes, in order. */
  failures: PlannedFailure[];
  /** Of the next reads, in order. */
  readFailures: PlannedFailure[];
  /** Answers writes like a success and does nothing. */
  isLying: boolean;
  latencyMs: number;
  /** So many reads see what was there before the last write. */
  staleReads: number;
  /** Holds callers to the platform's documented limits. */
  hasRateLimits: boolean;
}

/** One request with its body read whole. */
export interface EmulatedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** What it was sent to: `http://127.0.0.1:4321`. */
  readonly origin: string;
  readonly now: Date;
}

export interface EmulatedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, but for text and bytes. */
  readonly body?: unknown;
  /** What the request changed, for the ledger: `card/65a…`. Left out where it only looked or was refused. */
  readonly wrote?: string;
}

/** So many requests of one caller in so long. */
export interface EmulatedLimit {
  readonly count: number;
  readonly perMs: number;
  /** Whom a request is counted for; null where it is not. */
  readonly of: (request: EmulatedRequest) => string | null;
}

/** How one platform answers: all that an emulator of it has to say. */
export interface Emulated<State extends object> {
  /** Plain data: it is copied before each request, so that what is refused or told in a lie changes nothing. */
  readonly state: State;
  /** Answers one request, changing `state` where the real platform would. Not asynchronous: requests take turns. */
  readonly handle: (state: State, request: EmulatedRequest) => EmulatedAnswer;
  readonly objects: (state: State) => readonly EmulatedObject[];
  /** How the platform words a status that a test planned, and its own rate limit (429). */
  readonly errorOf: (status: number, retryAfterSeconds?: number) => EmulatedAnswer;
  readonly limits?: readonly EmulatedLimit[];
}

export interface EmulatorOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** Serves HTTPS with this. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** JSON lines, one per request, on disk before it is answered. */
  readonly ledgerFile?: string;
  /** Keeps the state from one start to the next. */
  readonly stateFile?: string;
}

export interface LedgeredRequest {
  readonly method: string;
  readonly url: string;
  readonly idempotencyKey: string | null;
  readonly status: number;
  /** Null where nothing was changed. */
  readonly wrote: string | null;
}

/** A platform at the edge of the world: its wire format is real, what is behind it is not. */
export interface Emulator<State extends object> extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  readonly behaviour: EmulatorBehaviour;
  readonly received: readonly ReceivedRequest[];
  /** As it is now; tests change it as somebody else would. */
  readonly state: () => State;
  readonly objects: () => readonly EmulatedObject[];
  /** How many requests changed something. */
  readonly writes: () => number;
  /** Everything that callers can change, as one text. */
  readonly fingerprint: () => string;
}

export const startEmulator = async <State extends object>(
  emulated: Emulated<State>,
  options: EmulatorOptions = {},
): Promise<Emulator<State>> => {
  const { tls } = options;
  const behaviour: EmulatorBehaviour = {
    failures: [],
    readFailures: [],
    isLying: false,
    latencyMs: 0,
    staleReads: 0,
    hasRateLimits: false,
  };
  const received: ReceivedRequest[] = [];
  const ledger = options.ledgerFile === undefined ? null : openLedger<LedgeredRequest>(options.ledgerFile);
  const kept = createKeptState(emulated.state, options.stateFile);
  const limiter = createLimiter(emulated.limits ?? []);
  const stopping = new AbortController();
  const scheme = tls ? 'https' : 'http';
  let writes = 0;

  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming, scheme);
    received.push({ method: request.method, url: `${request.origin}${incoming.url ?? ''}` });
    if (behaviour.latencyMs > 0) await delay(behaviour.latencyMs, stopping.signal);
    const note = ({ status, wrote }: EmulatedAnswer): void => {
      const key = incoming.headers['idempotency-key'];
      const idempotencyKey = typeof key === 'string' ? key : null;
      ledger?.append({
        method: request.method,
        url: incoming.url ?? '',
        idempotencyKey,
        status,
        wrote: wrote ?? null,
      });
    };
    const failAs = (failure: PlannedFailure): void => {
      if (failure.kind === 'STATUS') {
        send(response, emulated.errorOf(failure.status ?? 500, failure.retryAfterSeconds));
      } else fail(failure, incoming, response);
    };
    const waitMs = behaviour.hasRateLimits ? limiter.waitMs(request) : 0;
    if (waitMs > 0) {
      const refused = emulated.errorOf(429, Math.ceil(waitMs / 1000));
      note(refused);
      send(response, refused);
      return;
    }
    const draft = structuredClone(kept.now());
    const answer = emulated.handle(draft, request);
    const isWrite = answer.wrote !== undefined;
    const ofKind = isWrite ? 'failures' : 'readFailures';
    const planned = { failures: behaviour[ofKind] };
    const failure = takeFailure(planned);
    behaviour[ofKind] = planned.failures;
    if (failure?.when === 'BEFORE') {
      note({ status: failure.status ?? 0 });
      failAs(failure);
      return;
    }
    if (isWrite && !behaviour.isLying) {
      kept.become(draft);
      writes += 1;
    }
    const isStale = !isWrite && behaviour.staleReads > 0;
    if (isStale) behaviour.staleReads -= 1;
    note(behaviour.isLying ? { status: answer.status } : answer);
    if (failure) failAs(failure);
    else send(response, isStale ? emulated.handle(structuredClone(kept.before()), request) : answer);
  };

  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    respond(incoming, response).catch((error: unknown) => {
      if (stopping.signal.aborted || response.headersSent) return;
      send(response, { ...emulated.errorOf(500), headers: { 'x-emulator-error': encodeURI(String(error)) } });
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    behaviour,
    received,
    state: () => kept.now(),
    objects: () => emulated.objects(kept.now()),
    writes: () => writes,
    fingerprint: () => JSON.stringify(kept.now()),
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return;
      stopping.abort();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      ledger?.[Symbol.dispose]();
    },
  };
};

/** What a caller meant to send as JSON; null where it is none. */
export const jsonBody = ({ body }: EmulatedRequest): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
};

const createKeptState = <State extends object>(first: State, file: string | undefined) => {
  let now =
    file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : first;
  let before = now;
  return {
    now: () => now,
    before: () => before,
    become: (next: State): void => {
      before = now;
      now = next;
      if (file === undefined) return;
      writeFileSync(`${file}.new`, JSON.stringify(next));
      renameSync(`${file}.new`, file);
    },
  };
};

const createLimiter = (limits: readonly EmulatedLimit[]) => {
  const seen = new Map<string, number[]>();
  return {
    /** How long the caller has to wait; 0 where the request may pass, and is counted. */
    waitMs: (request: EmulatedRequest): number => {
      const at = request.now.getTime();
      const counted = limits.flatMap(({ of, count, perMs }, index) => {
        const whom = of(request);
        if (whom === null) return [];
        const key = `${index} ${whom}`;
        const recent = (seen.get(key) ?? []).filter((time) => time > at - perMs);
        return [{ key, recent, count, perMs }];
      });
      const [full] = counted.filter(({ recent, count }) => recent.length >= count);
      if (full) return Math.max(1, (full.recent[0] ?? at) + full.perMs - at);
      counted.forEach(({ key, recent }) => seen.set(key, [...recent, at]));
      return 0;
    },
  };
};

const readRequest = async (incoming: IncomingMessage, scheme: string): Promise<EmulatedRequest> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const origin = `${scheme}://${incoming.headers.host ?? '127.0.0.1'}`;
  const { pathname, searchParams } = new URL(incoming.url ?? '/', origin);
  return {
    method: incoming.method ?? 'GET',
    path: pathname,
    query: searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
    origin,
    now: new Date(),
  };
};

const send = (response: ServerResponse, { status, headers = {}, body }: EmulatedAnswer): void => {
  if (body === undefined) response.writeHead(status, headers).end();
  else if (typeof body === 'string' || body instanceof Uint8Array)
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(body);
  else
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

const delay = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    addAbortListener(signal, () => {
      clearTimeout(timer);
      reject(new Error('The emulator stops.'));
    });
  });
