import type { TaskStatus } from '@countersign/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChaos } from '../../testing/chaos.ts';
import {
  createRecordingExecutor,
  recordedPrecondition,
  type RecordedCall,
} from '../../testing/executors/recording-executor.ts';
import type { TaskInput } from '../../testing/people.ts';
import { createTestDatabase } from '../../testing/postgres.ts';
import { tables, type Change, type Victim } from '../../testing/tampering/change.ts';
import { columnRules } from '../../testing/tampering/column-rules.ts';
import { documentChanges } from '../../testing/tampering/document-changes.ts';
import { anyStop, everyMercy, everyStop, type Stage } from '../../testing/tampering/tampering.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { errorCodes } from '../domain/error-catalogue.ts';
import { asPlanned, type Task } from '../domain/task.ts';
import { createBatcher } from '../infra/batch.ts';
import { newId } from '../infra/ids.ts';
import { createLogger } from '../infra/logger.ts';
import type { ClaimRequest } from '../modules/execution/claim-steps.ts';
import type { Claim } from '../modules/execution/claim.ts';
import { claimThroughGate } from '../modules/execution/claim-through-gate.ts';
import { planReader } from '../record/plan-reader.ts';

const controls = 20;
const tasksPerSubmission = 200;
const tamperedPerTransaction = 100;
const timeoutMs = 120_000;

const first = { label: 'one', body: { replicas: 3, force: false, note: null, tags: ['a', 'b'] } };
const second = { label: 'two', body: [] };

const aPlan = (): TaskInput => ({
  goal: 'Do exactly this',
  requiresApproval: true,
  environment: 'PRODUCTION',
  justification: 'the release needs it',
  timeoutMs: 3_600_000,
  actions: [
    { name: 'first', type: 'noop.record', params: first },
    { name: 'second', type: 'noop.record', params: second, dependsOn: ['first'] },
  ],
});

const submit = async ({ agent, approver }: World, count: number): Promise<Task[]> => {
  const tasks: Task[] = [];
  while (tasks.length < count) {
    const some = Array.from({ length: Math.min(tasksPerSubmission, count - tasks.length) }, aPlan);
    tasks.push(...(await agent.submitsMany(some)));
  }
  await Promise.all(tasks.map((task) => approver.approves(task)));
  return tasks;
};

type StoredPlan = Pick<Victim, 'document' | 'hash'>;

const plansOf = async (
  { owner }: World,
  tasks: readonly Task[],
): Promise<ReadonlyMap<string, StoredPlan>> => {
  const plans = await owner.query<StoredPlan & { id: string }>(
    'SELECT task_id AS id, document, hash FROM plan WHERE task_id = ANY($1::uuid[])',
    [tasks.map(({ id }) => id)],
  );
  return new Map(plans.map(({ id, ...plan }) => [id, plan]));
};

const victimsOf = async (
  world: World,
  tasks: readonly Task[],
  neighbour: StoredPlan,
): Promise<readonly Victim[]> => {
  const others = await world.inTenant('others');
  const plans = await plansOf(world, tasks);
  return tasks.map(asPlanned).flatMap(({ id, risk }) => {
    const plan = plans.get(id);
    if (!plan) return [];
    return {
      ...plan,
      taskId: id,
      risk,
      approverId: world.approver.principal.id,
      secondApproverId: world.secondApprover.principal.id,
      requesterId: world.agent.principal.id,
      ownerId: world.operator.principal.id,
      otherTenantId: others.tenantId,
      neighbour,
    };
  });
};

/**
 * Writes as somebody whom no trigger and no constraint stops. Not all in one transaction: while it is open,
 * the readers of every log on this server wait.
 */
const tamper = async (
  { owner }: World,
  victims: readonly Victim[],
  changes: readonly Change[],
): Promise<void> => {
  for (let from = 0; from < victims.length; from += tamperedPerTransaction) {
    await owner.transaction(async (tx) => {
      await tx.query('SET LOCAL session_replication_role = replica');
      const forgeries = victims
        .slice(from, from + tamperedPerTransaction)
        .flatMap((victim, index) => changes[from + index]?.forge(victim) ?? []);
      await Promise.all(forgeries.map(({ text, values }) => tx.query(text, values)));
    });
  }
};

/** What has become of one task that somebody tampered with. */
interface Fate {
  readonly what: string;
  readonly leavesItLying: boolean;
  readonly calls: readonly RecordedCall[];
  readonly hasIntent: boolean;
  /** A worker that asks for one of its steps gets it. */
  readonly isClaimable: boolean;
  readonly status: string | null;
  readonly code: string | null;
}

/** Tasks that people approved, one for each change and some that nobody touches; gives what becomes of the changed. */
const tryOut = async (
  stage: Stage,
  choose: (sample: string) => readonly Change[],
  { areSpared = false } = {},
): Promise<Fate[]> => {
  const calls: RecordedCall[] = [];
  await using world = await createWorld({
    background: 'NONE',
    logLevel: 'fatal',
    asking: { undoWindowMs: stage === 'HELD' ? 1_800_000 : 0 },
    moreExecutors: [createRecordingExecutor(calls)],
  });
  const before = await submit(world, controls);
  const [sample] = (await plansOf(world, before)).values();
  if (!sample) throw new Error('There is no plan to look at.');
  const changes = choose(sample.document);
  const victims = await victimsOf(world, await submit(world, changes.length), sample);
  // What is due is released in the order of submission: once these run, everything before them was tried.
  const untouched = [...before, ...(await submit(world, controls))];
  await world.owner.query(
    'UPDATE approval_request SET effective_at = now(), undo_window_ms = 0 WHERE effective_at > now()',
  );
  await tamper(world, victims, changes);

  world.begins('ALL');
  await world.allReach(untouched, 'SUCCEEDED');
  if (areSpared)
    await world.allReach(
      victims.map(({ taskId }) => ({ id: taskId })),
      'SUCCEEDED',
    );
  const claimable = await claimAll(world);
  const ends = await endsOf(world);
  const intents = await world.owner.query<{ id: string }>('SELECT DISTINCT task_id AS id FROM effect');
  const callsOf = Map.groupBy(calls, ({ taskId }) => taskId);
  for (const { id } of untouched) expect(callsOf.get(id)).toEqual(approvedCalls(id, world.tenantId));
  return victims.map(({ taskId }, index) => ({
    what: changes[index]?.what ?? '',
    leavesItLying: changes[index]?.leavesItLying ?? false,
    calls: callsOf.get(taskId) ?? [],
    hasIntent: intents.some(({ id }) => id === taskId),
    isClaimable: claimable.has(taskId),
    status: ends.get(taskId)?.status ?? null,
    code: ends.get(taskId)?.code ?? null,
  }));
};

const approvedCalls = (taskId: string, tenantId: string): readonly RecordedCall[] =>
  [first, second].map((input) => ({ taskId, tenantId, precondition: recordedPrecondition, input }));

interface End {
  readonly status: TaskStatus;
  readonly code: string | null;
}

const endsOf = async ({ owner }: World): Promise<ReadonlyMap<string, End>> => {
  const rows = await owner.query<End & { id: string }>(`SELECT id, status, error->>'code' AS code FROM task`);
  return new Map(rows.map((row) => [row.id, row]));
};

/** Asks for every step as a worker does; gives the tasks, by all their names, whose step it gets. */
const claimAll = async ({ owner, services, config }: World): Promise<ReadonlySet<string>> => {
  const deps = {
    ...services.stores,
    journal: services.journal,
    ...services.planRequests,
    planReader,
    policy: services.policy,
    findPrincipal: services.access.findPrincipal,
    readControls: services.controls.read,
    forgetStops: services.forgetStops,
    newId,
    leaseMs: config.execution.leaseMs,
    restoredAt: null,
    random: Math.random,
    logger: createLogger({ level: 'silent' }),
  };
  await using claims = createBatcher<ClaimRequest, Claim | null>({
    run: (requests) => claimThroughGate(deps, requests),
    maxSize: 128,
    concurrency: 2,
  });
  const requests = await owner.query<ClaimRequest>(
    `SELECT id AS "stepId", platform, lane, 'the test' AS worker FROM step`,
  );
  const claimed = await Promise.all(requests.map((request) => claims.submit(request)));
  return new Set(
    claimed.flatMap((claim) => (claim ? [claim.task.id, claim.step.taskId, claim.document.taskId] : [])),
  );
};

/** What is wrong where a change must stop its task; nothing where it did. */
const faultsOfStop = ({
  what,
  leavesItLying,
  calls,
  hasIntent,
  isClaimable,
  status,
  code,
}: Fate): string[] => {
  const isRefused =
    ['FAILED', 'DENIED', 'EXPIRED'].includes(status ?? '') &&
    (errorCodes as readonly (string | null)[]).includes(code);
  return [
    ...(calls.length > 0 ? [`ran: ${what}`] : []),
    ...(hasIntent || isClaimable ? [`could run: ${what}`] : []),
    ...(isRefused || leavesItLying || status === 'HELD' ? [] : [`is ${status} with ${code}: ${what}`]),
  ];
};

/** Finds the least that is needed for it, by trying again with less and less. */
const shrink = (changes: fc.Arbitrary<Change>, stage: Stage, seed: number, run: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(changes, async (change) => {
      const fates = await tryOut(stage, () => [change]);
      expect(fates.flatMap(faultsOfStop)).toEqual([]);
    }),
    {
      seed,
      path: String(run),
      numRuns: 1,
      plugins: [fc.interruptAfterTimeLimit(timeoutMs / 2, { failOnInterrupt: true })],
    },
  );

test.each([
  { stage: 'RELEASED', when: 'once it waits for a worker', count: 1_500 },
  { stage: 'HELD', when: 'in its undo window', count: 500 },
] as const)(
  'a plan changed in any field after approval never runs: $count mutations of the record $when',
  async ({ stage, count }) => {
    const { seed } = createChaos(`tampering with approved plans while ${stage}`);
    let changes: fc.Arbitrary<Change> | undefined;
    let systematic = 0;
    const fates = await tryOut(stage, (sample) => {
      const documents = documentChanges(sample);
      const every = everyStop(stage, documents, seed);
      systematic = every.length;
      changes = anyStop(stage, documents);
      return [...every, ...fc.sample(changes, { seed, numRuns: count - systematic })];
    });
    expect(fates).toHaveLength(count);
    expect(fates.slice(0, systematic).flatMap(faultsOfStop)).toEqual([]);
    const run = fates.slice(systematic).findIndex((fate) => faultsOfStop(fate).length > 0);
    if (changes && run >= 0) await shrink(changes, stage, seed, run);
    expect(fates.flatMap(faultsOfStop)).toEqual([]);
  },
  timeoutMs,
);

test(
  'an approved plan runs as it is, whatever else is changed in the record',
  async () => {
    const { seed } = createChaos('tampering beside approved plans');
    const fates = await tryOut('RELEASED', () => everyMercy(3, seed), { areSpared: true });
    expect(
      fates.flatMap(({ what, status, code }) =>
        status === 'SUCCEEDED' ? [] : [`is ${status} with ${code}: ${what}`],
      ),
    ).toEqual([]);
    const calls = [first, second].map((input) => ({ input, precondition: recordedPrecondition }));
    expect(
      fates.map((fate) => fate.calls.map(({ input, precondition }) => ({ input, precondition }))),
    ).toEqual(fates.map(() => calls));
  },
  timeoutMs,
);

test('the record has no column of which nobody has said what a change of it does', async () => {
  await using database = await createTestDatabase();
  await using owner = database.open({ as: 'OWNER' });
  const columns = await owner.query<{ table: string; column: string }>(
    `SELECT table_name::text AS "table", column_name::text AS "column" FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name = ANY($1)`,
    [tables],
  );
  const known = tables.flatMap((table) =>
    Object.keys(columnRules[table]).map((column) => `${table}.${column}`),
  );
  expect(known.toSorted()).toEqual(columns.map(({ table, column }) => `${table}.${column}`).toSorted());
});
