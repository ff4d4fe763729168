import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { answer, bodyOf, fail, takeFailure, type PlannedFailure } from './planned-failure.ts';
import type { ReceivedRequest } from '../src/platforms/contract/executor-conformance.ts';
import { openLedger, type LedgerEntry, type LedgerFile } from './ledger-file.ts';

/** How the platform treats effect requests; `PUT /behaviour` changes it while it runs. */
export interface PlatformBehaviour {
  /** Whether a repeated `Idempotency-Key` gets the first answer again instead of a second effect. */
  honoursKeys: boolean;
  latencyMs: number;
  failures: PlannedFailure[];
  /** So many of the next looks for an effect by its key get no answer. */
  unansweredLooks: number;
  /** Answers like a success and does nothing. */
  isLying: boolean;
}

export interface LedgerPlatformOptions {
  readonly file: string;
  /** Default: any free one. */
  readonly port?: number;
  readonly behaviour?: Partial<PlatformBehaviour>;
}

export interface LedgerPlatform extends AsyncDisposable {
  readonly url: string;
  readonly behaviour: PlatformBehaviour;
  readonly entries: () => readonly LedgerEntry[];
  /** Every request so far. */
  readonly received: readonly ReceivedRequest[];
  /** The entries that changed something. */
  readonly effects: () => readonly LedgerEntry[];
}

/**
 * A platform outside of our system whose ledger on disk tells what really happened to it.
 *
 * `POST /effects {resource, value}` makes an effect (`Idempotency-Key`, `If-Match: <version>` understood);
 * `GET /effects?key=`, `GET /effects/<id>`, `GET /resources/<name>` read; `GET /ledger` gives all entries, `GET /calls`
 * how many asked for an effect so far, answered or not.
 */
export const createLedgerPlatform = async (options: LedgerPlatformOptions): Promise<LedgerPlatform> => {
  const ledger = openLedger(options.file);
  const behaviour: PlatformBehaviour = {
    honoursKeys: true,
    latencyMs: 0,
    failures: [],
    unansweredLooks: 0,
    isLying: false,
    ...options.behaviour,
  };
  const received: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    received.push({ method: request.method ?? '', url: `http://${request.headers.host}${request.url}` });
    handle(ledger, behaviour, received, request, response).catch((error: unknown) => {
      answer(response, 500, { error: String(error) });
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    behaviour,
    entries: () => ledger.entries,
    received,
    effects: () => ledger.entries.filter(isEffect),
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      ledger[Symbol.dispose]();
    },
  };
};

const isEffect = ({ outcome }: LedgerEntry): boolean => outcome === 'APPLIED';

const handle = async (
  ledger: LedgerFile,
  behaviour: PlatformBehaviour,
  received: readonly ReceivedRequest[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://platform');
  const [, collection = '', name = ''] = pathname.split('/').map(decodeURIComponent);
  const route = `${request.method} /${collection}`;
  if (route === 'POST /effects') {
    await receiveEffect(ledger, behaviour, request, response);
  } else if (route === 'PUT /behaviour') {
    answer(response, 200, Object.assign(behaviour, await bodyOf(request)));
  } else if (route === 'GET /calls') {
    answer(response, 200, { calls: received.filter(({ method }) => method === 'POST').length });
  } else if (searchParams.has('key') && behaviour.unansweredLooks > 0) {
    behaviour.unansweredLooks -= 1;
  } else {
    const found = read(ledger.entries, route, name, searchParams.get('key'));
    answer(response, found ? 200 : 404, found ?? { error: 'not found' });
  }
};

const read = (entries: readonly LedgerEntry[], route: string, name: string, key: string | null) => {
  const effects = entries.filter(isEffect);
  if (route === 'GET /ledger') return { entries };
  if (route === 'GET /resources') return resourceOf(effects, name);
  if (route !== 'GET /effects') return undefined;
  if (name !== '') return effects.find(({ id }) => id === name);
  return { effects: effects.filter(({ idempotencyKey }) => idempotencyKey === key) };
};

const resourceOf = (effects: readonly LedgerEntry[], name: string) => {
  const own = effects.filter(({ resource }) => resource === name);
  return { name, version: own.length, value: own.at(-1)?.value ?? null };
};

const receiveEffect = async (
  ledger: LedgerFile,
  behaviour: PlatformBehaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { resource, value } = (await bodyOf(request)) as { resource: string; value: unknown };
  if (behaviour.latencyMs > 0) {
    await new Promise((resolve) => setTimeout(resolve, behaviour.latencyMs));
  }
  const failure = takeFailure(behaviour);
  if (failure?.when === 'BEFORE') {
    fail(failure, request, response);
    return;
  }
  const effect = makeEffect(ledger, behaviour, request, resource, value);
  if (failure) {
    fail(failure, request, response);
    return;
  }
  const status = effect.outcome === 'REFUSED' ? 412 : effect.outcome === 'REPLAYED' ? 200 : 201;
  answer(response, status, effect, { location: `/effects/${effect.id}` });
};

const makeEffect = (
  ledger: LedgerFile,
  behaviour: PlatformBehaviour,
  request: IncomingMessage,
  resource: string,
  value: unknown,
): Omit<LedgerEntry, 'number' | 'at'> => {
  const idempotencyKey = headerOf(request, 'idempotency-key');
  const effects = ledger.entries.filter(isEffect);
  const id = `effect-${ledger.entries.length + 1}`;
  const entry = { id, idempotencyKey, resource, value, sentAt: headerOf(request, 'sent-at') };
  if (behaviour.isLying) return { ...entry, id: 'effect-never-made', outcome: 'APPLIED' };
  const earlier = effects.find(
    (effect) => idempotencyKey !== null && effect.idempotencyKey === idempotencyKey,
  );
  if (earlier && behaviour.honoursKeys) {
    ledger.append({ ...entry, outcome: 'REPLAYED' });
    return { ...earlier, outcome: 'REPLAYED' };
  }
  const expected = headerOf(request, 'if-match');
  if (expected !== null && expected !== String(resourceOf(effects, resource).version)) {
    return ledger.append({ ...entry, outcome: 'REFUSED' });
  }
  return ledger.append({ ...entry, outcome: 'APPLIED' });
};

const headerOf = (request: IncomingMessage, name: string): string | null => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
};

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, file: { type: 'string' } } });
  if (!values.file) throw new TypeError('Give the ledger file: --file <path> [--port <number>]');
  const platform = await createLedgerPlatform({ file: values.file, port: Number(values.port ?? 0) });
  process.stdout.write(`${JSON.stringify({ url: platform.url })}\n`);
  const end = (): void => {
    process.stdin.destroy();
    void platform[Symbol.asyncDispose]();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, end);
  process.stdin.once('end', end).resume();
}
