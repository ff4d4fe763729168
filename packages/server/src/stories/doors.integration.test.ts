import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isFinalStatus, type TaskStatus } from '@countersign/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { value } from '../../testing/access-node.ts';
import type { Door, DoorAnswer, DoorCaller, ReadTask } from '../../testing/doors/door.ts';
import { createCliDoor } from '../../testing/doors/cli-door.ts';
import { createGraphqlDoor } from '../../testing/doors/graphql-door.ts';
import { codeIn, createFilesDoor, type FilesDoor } from '../../testing/doors/files-door.ts';
import { createMcpDoor } from '../../testing/doors/mcp-door.ts';
import { createRestDoor } from '../../testing/doors/rest-door.ts';
import { createSdkDoor } from '../../testing/doors/sdk-door.ts';
import {
  givenParams,
  scenarios,
  scenariosOfCalls,
  submissionsAllowed,
  type Cast,
  type Scenario,
} from '../../testing/doors/scenarios.ts';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../testing/rest-world.ts';
import { withoutLimits } from '../config/limit-settings.ts';
import { intentWord } from '../domain/legacy-statuses.ts';

const breaker = { opensAt: 1_000_000, probeAfterMs: 1_000 };
const submits = { limit: submissionsAllowed, windowMs: 600_000 };

let world: RestWorld;
let doors: readonly Door[];
let files: FilesDoor;
let brokenUrl: string;
const broken = createServer((request) => request.socket.destroy());
beforeAll(async () => {
  broken.listen(0, '127.0.0.1');
  await once(broken, 'listening');
  brokenUrl = `http://127.0.0.1:${(broken.address() as AddressInfo).port}/`;
  const { rates } = withoutLimits;
  world = await createRestWorld(
    (home) =>
      shippedPolicyData(
        home,
        { undoWindowMs: 0 },
        { PRODUCTION: ['noop.run'] },
        // Whoever is asked in STAGING has a moment.
        { STAGING: { expiresInMs: 1_500 } },
        givenParams,
      ),
    { ...withoutLimits, rates: { ...rates, operations: { SUBMIT: submits } } },
    // What these look at is what is told, not the breaker that it would open.
    { egress: { allowedInternalHosts: ['127.0.0.1'] }, platforms: { http: { breaker } } },
  );
  const { url } = world.app;
  const rest = createRestDoor(url);
  doors = [
    createGraphqlDoor(url),
    rest,
    createMcpDoor(url, rest),
    createSdkDoor(url, rest),
    createCliDoor(url),
  ];
  files = createFilesDoor(world, rest);
});
afterAll(async () => {
  await files[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  broken.close();
});

/** Somebody who has submitted nothing yet. */
const newAgent = async (): Promise<DoorCaller & { readonly id: string; readonly name: string }> => {
  const { access } = world.app;
  const { tenantId } = world;
  const name = `agent-${crypto.randomUUID()}`;
  const { id } = await access.ensurePrincipal({
    tenantId,
    type: 'AGENT',
    name,
    roles: ['SUBMITTER'],
    ownerId: world.olga.id,
  });
  const { secret: key } = value(await access.issueApiKey(tenantId, { principalId: id, name: 'door' }));
  return { id, name, key, tenantId };
};

interface Entry {
  readonly type: string;
  readonly summary: string;
  readonly actor: { readonly name: string } | null;
}

/** What the record says of an agent's tasks, in their order. */
const recordOf = async (taskIds: readonly string[]): Promise<Entry[][]> =>
  Promise.all(
    taskIds.map(async (taskId) => {
      const data = await world.olga.graphql(
        `query ($taskId: ID!) { auditEntries(filter: { taskId: $taskId }, first: 100) {
           edges { node { type summary actor { name } } } } }`,
        { taskId },
      );
      const { edges } = data['auditEntries'] as { edges: { node: Entry }[] };
      return edges.map(({ node }) => node).toReversed();
    }),
  );

const reaches: Cast['reaches'] = async (taskId, status) => {
  const answer = await world.olga.call('GET', `/tasks/${taskId}?wait=30`);
  expect(answer.body['status']).toBe(status.toLowerCase());
};

/** Ids, names and hashes are of one run of a scenario. */
const unnamed = <Value>(all: Value, agent: string): Value =>
  JSON.parse(
    JSON.stringify(all)
      .replaceAll(agent, 'the agent')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'an id')
      .replaceAll(/[0-9a-f]{64}/g, 'a hash'),
  ) as Value;

interface Outcome {
  readonly told: readonly DoorAnswer[];
  readonly record: readonly (readonly Entry[])[];
}

/** Whatever was read of a task that ended otherwise than it was to. */
const hasEndedBadly = (answer: ReadTask): answer is ReadTask =>
  answer.error !== undefined &&
  answer.status !== null &&
  answer.status !== 'SUCCEEDED' &&
  isOver(answer.status);

const play = async (door: Door, scenario: Scenario): Promise<Outcome> => {
  const agent = await newAgent();
  const approver = { name: 'Ann', key: world.ann.key, tenantId: world.tenantId };
  const told = await scenario({ door, agent, approver, brokenUrl, reaches });
  for (const { error } of told.filter(hasEndedBadly)) expect(error, door.name).not.toBeNull();
  const listed = await world.olga.call('GET', `/tasks?submittedById=${agent.id}`);
  const tasks = (listed.body['tasks'] as { task_id: string; status: string }[]).toReversed();
  const ids = tasks.map(({ task_id: id }) => id);
  const isWhole = (entries: readonly Entry[], at: number): boolean =>
    entries.some(({ type }) => endOf(tasks[at]?.status ?? '').includes(type));
  // Readers see events a moment after they became true: until then a record is not whole.
  await expect.poll(async () => (await recordOf(ids)).every(isWhole), { timeout: 20_000 }).toBe(true);
  return unnamed({ told, record: await recordOf(ids) }, agent.name);
};

/** What a record says last of a task that stands so, or what it waits for. */
const endOf = (status: string): readonly string[] =>
  isOver(status.toUpperCase() as TaskStatus) ? [`task.${status}`] : ['approval.requested'];

/** It has ended, or a person has to look at it. */
const isOver = (status: TaskStatus): boolean => isFinalStatus(status) || status === 'NEEDS_ATTENTION';

/** The same through all of these doors, side by side: each has an agent of its own. */
const playAll = async (scenario: Scenario, through: readonly Door[]): Promise<Outcome> => {
  const [expected, ...others] = await Promise.all(through.map((door) => play(door, scenario)));
  if (!expected) throw new Error('There is no door.');
  expect(expected.told.length).toBeGreaterThan(0);
  for (const [at, outcome] of others.entries()) expect(outcome, through[at + 1]?.name).toEqual(expected);
  return expected;
};

/** Whether it is planned, queued or done when a file's status is first read goes by the time. */
const goingOn: readonly DoorAnswer['status'][] = ['PLANNING', 'QUEUED', 'RUNNING', 'SUCCEEDED'];
const withoutProgress = ({ told, record }: Outcome): Outcome => ({
  told: told.map((answer) => (goingOn.includes(answer.status) ? { ...answer, status: null } : answer)),
  record,
});

/** How a task that did not come to its end says why: where the catalogue has no error of it. */
const codeOfEnd: Readonly<Partial<Record<TaskStatus, string>>> = {
  DENIED: 'POLICY_DENIED',
  REJECTED: 'APPROVAL_REJECTED',
  EXPIRED: 'APPROVAL_EXPIRED',
  NEEDS_ATTENTION: 'OUTCOME_UNKNOWN',
};

/** What files say at last is what the task came to, in the words of their format. */
const holdFiles = async (): Promise<void> => {
  for (const { taskId, status, isIn } of files.handed.splice(0)) {
    if (taskId === null) continue;
    const { body } = await world.olga.call('GET', `/tasks/${taskId}`);
    const ended = String(body['status']).toUpperCase() as TaskStatus;
    const error = body['error'] as { code: string } | null;
    const wanted = { status: intentWord[ended], code: error?.code ?? codeOfEnd[ended] ?? null };
    const seen = async () => {
      const said = await status();
      return said && { status: said.status, code: codeIn(said) };
    };
    await expect.poll(seen, { timeout: 20_000 }).toEqual(wanted);
    if (!isFinalStatus(ended)) continue;
    const folder = wanted.status === 'success' ? 'processed' : 'failed';
    await expect.poll(() => isIn(folder), { timeout: 20_000 }).toBe(true);
  }
};

describe('through every door', () => {
  test.each(Object.entries(scenarios))('%s', async (_name, scenario) => {
    const [expected, byFiles] = await Promise.all([playAll(scenario, doors), play(files, scenario)]);
    expect(withoutProgress(byFiles), files.name).toEqual(withoutProgress(expected));
    await holdFiles();
  });

  test.each(Object.entries(scenariosOfCalls))('%s', async (_name, scenario) => {
    await playAll(scenario, doors);
  });

  test('a scenario that comes out otherwise is noticed', async () => {
    const cancels = scenarios['what is cancelled ends once'];
    const rejects = scenarios['what people reject never runs, and the agent cannot ask again'];
    const [door] = doors;
    if (!cancels || !rejects || !door) throw new Error('A scenario or a door is gone.');
    expect(await play(door, cancels)).not.toEqual(await play(door, rejects));
  });
});
