import type { BenchClient, SubmittedTask } from './client.ts';

export interface Latency {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

const batchSize = 500;
const approvalsPerCall = 20;
const submissionsAtOnce = 4;
/** Approvals are fields of a mutation, one after the other within a call; people do not wait for each other. */
const approvalCallsAtOnce = 25;

const task = (requiresApproval: boolean): object => ({
  idempotencyKey: crypto.randomUUID(),
  goal: 'Measure',
  requiresApproval,
  actions: [{ type: 'noop.run', params: {} }],
});

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** Works through calls, several at a time. */
export const inParallel = async <Item>(
  items: readonly Item[],
  callsAtOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const rest = [...items];
  await Promise.all(
    Array.from({ length: callsAtOnce }, async () => {
      for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
    }),
  );
};

/** Resolves once that many tasks succeeded, counted from now. */
const succeeded = (client: BenchClient, count: number): Promise<void> =>
  new Promise((resolve) => {
    let seen = 0;
    const leave = client.onSucceeded(() => {
      seen += 1;
      if (seen < count) return;
      leave();
      resolve();
    });
  });

export const perSecond = (count: number, startedAt: number): number =>
  Math.round((count / (performance.now() - startedAt)) * 1_000);

/** Tasks a second, submitted in batches and run to SUCCEEDED. */
export const runThroughput = async (client: BenchClient, count: number): Promise<number> => {
  const all = succeeded(client, count);
  const tasks = Array.from({ length: count }, () => task(false));
  const startedAt = performance.now();
  await inParallel(
    chunks(tasks, batchSize),
    submissionsAtOnce,
    async (batch) => void (await client.submit(batch)),
  );
  await all;
  return perSecond(count, startedAt);
};

/** The same with a person's approval in between, each task approved on its own. */
export const approvedThroughput = async (client: BenchClient, count: number): Promise<number> => {
  const all = succeeded(client, count);
  const tasks = Array.from({ length: count }, () => task(true));
  const startedAt = performance.now();
  await inParallel(chunks(tasks, batchSize), submissionsAtOnce, async (batch) => {
    const taken = await client.submit(batch);
    await inParallel(chunks(taken, approvalsPerCall), approvalCallsAtOnce, (some) => client.approve(some));
  });
  await all;
  return perSecond(count, startedAt);
};

export const percentiles = (samples: readonly number[]): Latency => {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(2));
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
};

/** One task at a time; from the call to the event that says it succeeded. */
const latency = async (
  client: BenchClient,
  count: number,
  prepare: () => Promise<SubmittedTask | null>,
  act: (prepared: SubmittedTask | null) => Promise<string>,
): Promise<Latency> => {
  const samples: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const prepared = await prepare();
    const seen = new Map<string, number>();
    let wake = (): void => undefined;
    const leave = client.onSucceeded((id) => {
      seen.set(id, performance.now());
      wake();
    });
    const startedAt = performance.now();
    const id = await act(prepared);
    while (!seen.has(id))
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    samples.push((seen.get(id) ?? Number.NaN) - startedAt);
    leave();
  }
  return percentiles(samples);
};

export const submitSome = (
  client: BenchClient,
  count: number,
  requiresApproval: boolean,
): Promise<SubmittedTask[]> => client.submit(Array.from({ length: count }, () => task(requiresApproval)));

export const submitOne = async (client: BenchClient, requiresApproval: boolean): Promise<SubmittedTask> => {
  const [taken] = await submitSome(client, 1, requiresApproval);
  if (!taken) throw new Error('A submission got no answer.');
  return taken;
};

/** One task at a time; from the call to its answer. */
export const submitCallLatency = async (client: BenchClient, count: number): Promise<Latency> => {
  const samples: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedAt = performance.now();
    await submitOne(client, false);
    samples.push(performance.now() - startedAt);
  }
  return percentiles(samples);
};

export const submitLatency = (client: BenchClient, count: number): Promise<Latency> =>
  latency(
    client,
    count,
    () => Promise.resolve(null),
    async () => (await submitOne(client, false)).id,
  );

export const approveLatency = (client: BenchClient, count: number): Promise<Latency> =>
  latency(
    client,
    count,
    () => submitOne(client, true),
    async (prepared) => {
      if (!prepared) throw new Error('There is nothing to approve.');
      await client.approve([prepared]);
      return prepared.id;
    },
  );
