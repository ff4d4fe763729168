import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import { startBenchServer, type BenchServer } from './bench-server.ts';
import { connect, type BenchClient } from './client.ts';
import { openListeners } from './fanout.ts';
import { percentiles, runThroughput, submitOne, type Latency } from './measures.ts';

const agents = 10;
const timesCapacity = 5;
const sockets = 1_000;
const slowReaders = 50;
const calmMs = 10_000;
const probeEveryMs = 200;
/** What those follow who want to know what goes wrong: with every event to everybody, live events would be what is measured. */
const alarms = '(filter: { types: ["task.failed", "task.needs_attention", "executor.health_changed"] })';
/** Connections of each agent, kept open. What finds none is not sent, and counted. */
const connectionsEach = 600;
const mostRecoveryMs = 10_000;
const mostRatio = 1.5;
/** A probe that is not done by then counts as so long. */
const patienceMs = 30_000;

/**
 * Five times as much as the server can do, half of it for a platform that takes connections and never answers, beside a
 * thousand sockets of which fifty do not read: what is refused and how, what memory it takes, what a task of another
 * agent on a healthy platform takes meanwhile, and how soon that is as before. Ends with 1 where an answer is none
 * that tells when to come again, or recovery takes longer than ten seconds.
 */
export const measureOverload = async (seconds: number, tell: (text: string) => void): Promise<object> => {
  await using dead = await startDeadPlatform();
  await using postgres = await startScratchPostgres({ isDurable: true });
  await using server = await startBenchServer({
    databaseUrl: postgres.connectionString,
    redisUrl: null,
    usualLimits: { allowedInternalHosts: ['127.0.0.1'] },
  });
  await using client = await connect(server);
  const capacity = await capacityOf(client);
  tell(`  ${capacity} tasks a second, where one after the other is asked for …`);
  const keys = await makeAgents(server, agents);
  const listeners = await openListeners(server, sockets, { slowCount: slowReaders, filter: alarms });
  const callers = await connectCallers(server.url, keys);
  const memory = sampleMemory(server.pid);
  const calm = await probeFor(client, calmMs);
  const restMb = memory.most();
  tell('  overloaded …');
  const load = startLoad(server.url, callers, timesCapacity * capacity, dead.url);
  const during = await probeFor(client, seconds * 1_000);
  const offered = await load.stop();
  tell('  recovering …');
  const recoveryMs = await untilCalm(client, calm.latency);
  const mostMb = memory.stop();
  listeners.close();
  const faults = [
    ...offered.unexpected,
    ...(recoveryMs > mostRecoveryMs ? [`recovery took ${Math.round(recoveryMs)} ms`] : []),
  ];
  if (faults.length > 0) process.exitCode = 1;
  return {
    capacityPerSecond: capacity,
    offered,
    probe: {
      calm: calm.latency,
      overloaded: during.latency,
      refused: during.refused,
      p99Ratio: Number((during.latency.p99Ms / calm.latency.p99Ms).toFixed(2)),
    },
    callsToDeadPlatform: dead.calls(),
    recoveryMs: Math.round(recoveryMs),
    rssMb: { calm: restMb, most: mostMb },
    faults,
  };
};

const capacityOf = async (client: BenchClient): Promise<number> => {
  await runThroughput(client, 1_000);
  return await runThroughput(client, 3_000);
};

const startDeadPlatform = async () => {
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.on('error', () => undefined).resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    calls: () => calls,
    [Symbol.asyncDispose]() {
      server.close();
      return Promise.resolve();
    },
  };
};

const ask = async <Data>(url: string, key: string, query: string, input: object): Promise<Data> => {
  const answer = await send(url, key, query, input);
  return ((await answer.json()) as { data: Data }).data;
};

const send = (url: string, key: string, query: string, input: object): Promise<Response> =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables: { input } }),
  });

const makeAgents = async ({ url, adminKey }: BenchServer, count: number): Promise<string[]> => {
  const keys: string[] = [];
  const { viewer } = await ask<{ viewer: { principal: { id: string } } }>(
    url,
    adminKey,
    '{ viewer { principal { id } } }',
    {},
  );
  for (let at = 0; at < count; at += 1) {
    const { createPrincipal } = await ask<{ createPrincipal: { principal: { id: string } } }>(
      url,
      adminKey,
      'mutation ($input: CreatePrincipalInput!) { createPrincipal(input: $input) { principal { id } } }',
      { name: `loader ${at}`, type: 'AGENT', roles: ['SUBMITTER'], ownerId: viewer.principal.id },
    );
    const { createApiKey } = await ask<{ createApiKey: { secret: string } }>(
      url,
      adminKey,
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
      { name: 'load', principalId: createPrincipal.principal.id },
    );
    keys.push(createApiKey.secret);
  }
  return keys;
};

interface Offered {
  readonly wantedPerSecond: number;
  readonly sent: number;
  readonly notSent: number;
  readonly taken: number;
  /** By code, and whether it was a refusal of the task or of the request. */
  readonly refused: Readonly<Record<string, number>>;
  readonly answer: Latency;
  readonly unexpected: readonly string[];
}

const submission = `mutation ($input: ExecuteTaskInput!) {
  executeTask(input: $input) { task { id } refusal { code retryAfterMs } }
}`;

interface LoadCaller {
  readonly key: string;
  readonly agent: Agent;
  open: number;
}

/** Connected beforehand: a process takes one new connection in each turn of its loop, however long that is. */
const connectCallers = async (url: string, keys: readonly string[]): Promise<LoadCaller[]> => {
  const callers = keys.map((key) => ({
    key,
    agent: new Agent({ keepAlive: true, maxSockets: connectionsEach, maxFreeSockets: connectionsEach }),
    open: 0,
  }));
  for (const caller of callers)
    await Promise.all(Array.from({ length: connectionsEach }, () => post(url, caller, '{ __typename }', {})));
  return callers;
};

const post = (url: string, { key, agent }: LoadCaller, query: string, input: object) =>
  new Promise<{ status: number; retryAfter: string | undefined; body: string }>((resolve, reject) => {
    const sending = request(`${url}/graphql`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    });
    sending.on('error', reject).on('response', (answer) => {
      const { statusCode: status = 0, headers } = answer;
      text(answer).then((body) => {
        resolve({ status, retryAfter: headers['retry-after'], body });
      }, reject);
    });
    sending.end(JSON.stringify({ query, variables: { input } }));
  });

/** An open loop: it does not wait for answers to send more. */
const startLoad = (url: string, callers: readonly LoadCaller[], perSecond: number, deadUrl: string) => {
  const refused = new Map<string, number>();
  const unexpected = new Map<string, number>();
  const answers: number[] = [];
  const count = (of: Map<string, number>, what: string): void => void of.set(what, (of.get(what) ?? 0) + 1);
  let [sent, notSent, open, taken] = [0, 0, 0, 0];
  const one = async (at: number, caller: LoadCaller): Promise<void> => {
    const startedAt = performance.now();
    const action =
      at % 2 === 0
        ? { type: 'noop.run', params: {} }
        : { type: 'http.request', params: { method: 'GET', url: deadUrl } };
    const input = { idempotencyKey: crypto.randomUUID(), goal: 'Overload', actions: [action] };
    const { status, retryAfter, body } = await post(url, caller, submission, input);
    answers.push(performance.now() - startedAt);
    if (status === 200) readAnswer(body);
    else if ((status === 429 || status === 503) && retryAfter !== undefined) count(refused, `HTTP ${status}`);
    else count(unexpected, `HTTP ${status}: ${body.slice(0, 200)}`);
  };
  const readAnswer = (body: string): void => {
    const { data } = JSON.parse(body) as {
      data?: { executeTask: { task: object | null; refusal: { code: string; retryAfterMs: number | null } } };
    };
    if (data?.executeTask.task) taken += 1;
    else if (data?.executeTask.refusal.retryAfterMs) count(refused, data.executeTask.refusal.code);
    else count(unexpected, body.slice(0, 200));
  };
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond;
    for (let at = sent + notSent; at < due; at += 1) {
      const caller = callers[at % callers.length];
      if (!caller || caller.open >= connectionsEach) {
        notSent += 1;
        continue;
      }
      sent += 1;
      open += 1;
      caller.open += 1;
      one(Math.floor(at / callers.length), caller)
        .catch((error: unknown) => {
          count(unexpected, String(error));
        })
        .finally(() => {
          open -= 1;
          caller.open -= 1;
        });
    }
  }, 10);
  return {
    async stop(): Promise<Offered> {
      clearInterval(timer);
      const until = performance.now() + 60_000;
      while (open > 0 && performance.now() < until) await sleep(50);
      if (open > 0) count(unexpected, `${open} requests without an answer`);
      return {
        wantedPerSecond: perSecond,
        sent,
        notSent,
        taken,
        refused: Object.fromEntries(refused),
        answer: percentiles(answers),
        unexpected: [...unexpected].map(([what, times]) => `${times} × ${what}`),
      };
    },
  };
};

/** A task of somebody else on the healthy platform, again and again: from the call until it is told to have succeeded. */
const probeFor = async (client: BenchClient, ms: number) => {
  const times: number[] = [];
  const running: Promise<void>[] = [];
  let refused = 0;
  const startedAt = performance.now();
  for (let at = 1; performance.now() - startedAt < ms; at += 1) {
    running.push(
      probe(client).then(
        (took) => void times.push(took),
        () => void (refused += 1),
      ),
    );
    await sleep(Math.max(0, startedAt + at * probeEveryMs - performance.now()));
  }
  await Promise.all(running);
  return { latency: percentiles(times), refused };
};

const probe = async (client: BenchClient): Promise<number> => {
  const startedAt = performance.now();
  const done = new Map<string, number>();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let wanted: string | undefined;
  const leave = client.onSucceeded((id) => {
    done.set(id, performance.now());
    if (id === wanted) resolve(undefined);
  });
  try {
    wanted = (await submitOne(client, false)).id;
    if (!done.has(wanted)) await Promise.race([promise, sleep(patienceMs, undefined, { ref: false })]);
    return (done.get(wanted) ?? performance.now()) - startedAt;
  } finally {
    leave();
  }
};

/** How long it takes until five probes in a row are as quick as before. */
const untilCalm = async (client: BenchClient, calm: Latency): Promise<number> => {
  const startedAt = performance.now();
  let [inARow, since] = [0, performance.now()];
  while (inARow < 5 && performance.now() - startedAt < 120_000) {
    const from = performance.now();
    const took = await probe(client);
    if (inARow === 0) since = from;
    inARow = took <= calm.p99Ms * mostRatio ? inARow + 1 : 0;
  }
  return inARow < 5 ? Number.POSITIVE_INFINITY : since - startedAt;
};

const sampleMemory = (pid: number) => {
  let most = 0;
  const timer = setInterval(() => {
    void readFile(`/proc/${pid}/status`, 'utf8').then((status) => {
      most = Math.max(most, Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024));
    });
  }, 500);
  return {
    most: () => most,
    stop(): number {
      clearInterval(timer);
      return most;
    },
  };
};
