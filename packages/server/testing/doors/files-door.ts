import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '@countersign/shared';
import { intentSettings, intentsOf } from '../../src/config/intent-settings.ts';
import { errorCodes, type ErrorCode } from '../../src/domain/error-catalogue.ts';
import type { IntentStatus } from '../../src/doors/intents/intent-status.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { RestWorld } from '../rest-world.ts';
import { until } from '../until.ts';
import { emptyAnswer, type Door, type DoorAnswer, type DoorCaller, type DoorSubmission } from './door.ts';

/** A file that was handed over, and the task that came of it. */
export interface HandedFile {
  readonly taskId: string | null;
  /** What its status file says now; undefined where there is none. */
  status(): Promise<IntentStatus | undefined>;
  /** Whether it lies in this folder. */
  isIn(folder: 'processed' | 'failed'): Promise<boolean>;
}

export interface FilesDoor extends Door, AsyncDisposable {
  readonly handed: HandedFile[];
}

type World = Pick<RestWorld, 'startAnother' | 'olga'>;

/**
 * A directory for each submitter and each thing that its configuration says an intent is. Who decides, cancels or looks
 * does so elsewhere; what files say at their end is held against that.
 */
export const createFilesDoor = (
  world: World,
  elsewhere: Pick<Door, 'approve' | 'reject' | 'cancel' | 'read'>,
): FilesDoor => {
  const stack = new AsyncDisposableStack();
  const homes = new Map<string, Promise<string>>();
  const handed: HandedFile[] = [];
  const homeOf = (caller: DoorCaller, submission: DoorSubmission): Promise<string> => {
    const key = JSON.stringify([caller.name, submission.actions, submission.environment]);
    const home = homes.get(key) ?? startNode(world, stack, caller, submission);
    homes.set(key, home);
    return home;
  };
  return {
    ...elsewhere,
    name: 'intent files',
    handed,
    async submit(caller, submission) {
      const home = await homeOf(caller, submission);
      const { idempotencyKey: correlationId } = submission;
      const name = `intent-${correlationId}.json`;
      await writeFile(join(home, 'handoff', name), JSON.stringify(intentOf(submission)));
      const status = async (): Promise<IntentStatus | undefined> => {
        const text = await readFile(join(home, 'status', `${name}.status`), 'utf8').catch(() => null);
        return text === null ? undefined : (JSON.parse(text) as IntentStatus);
      };
      const first = await until(status, () => `${name} has no status`);
      const taskId = await taskOf(world, correlationId);
      handed.push({
        ...{ taskId, status },
        isIn: async (folder) => (await readFile(join(home, folder, name)).catch(() => null)) !== null,
      });
      return told(first, taskId);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

/** A process whose files stand for this agent, and are this action. */
const startNode = async (
  world: World,
  stack: AsyncDisposableStack,
  { name: principal }: DoorCaller,
  { actions, environment }: DoorSubmission,
): Promise<string> => {
  const home = await mkdtemp(join(tmpdir(), 'countersign-files-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const [{ type, params }] = actions as [{ type: string; params: JsonObject }];
  const given = intentSettings.intents.parse({
    ...{ enabled: true, debounceMs: 20, principal },
    actions: { scaling: { type, params, fields: {} } },
    environment: environment as Environment | undefined,
  });
  await mkdir(join(home, 'handoff'));
  stack.use(await world.startAnother({ intents: intentsOf(given, home, false) }));
  return home;
};

const taskOf = async ({ olga }: World, correlationId: string): Promise<string | null> => {
  const { tasks } = (await olga.graphql(
    'query ($id: String!) { tasks(filter: { correlationId: $id }) { edges { node { id } } } }',
    { id: correlationId },
  )) as { tasks: { edges: { node: { id: string } }[] } };
  return tasks.edges[0]?.node.id ?? null;
};

/** The intent that comes to these words. */
const intentOf = ({ goal, idempotencyKey }: DoorSubmission): JsonObject => {
  const [, target = '', namespace = '', replicas] =
    /^Scale (\S+) in (\S+) to (\d+) replicas$/.exec(goal) ?? [];
  if (replicas === undefined) throw new Error(`No intent says: ${goal}`);
  return {
    ...{ intent_type: 'scaling', target, namespace, replicas: Number(replicas) },
    correlation_id: idempotencyKey,
  };
};

export const codeIn = (status: IntentStatus): ErrorCode | null =>
  errorCodes.find((code) => code === status.error_details?.error_code) ?? null;

/** What the file says first of all: refusals, denials and that people decide; everything else goes on. */
const told = (status: IntentStatus, taskId: string | null): DoorAnswer => {
  const waits = status.message.includes('a person decides at');
  const refusedNow = taskId === null || codeIn(status) === 'POLICY_DENIED';
  return {
    ...emptyAnswer,
    taskId,
    status: waits ? 'AWAITING_APPROVAL' : null,
    code: waits ? 'HITL_REQUIRED' : refusedNow ? codeIn(status) : null,
    faults: [...status.message.matchAll(/(actions\[0\][\w.[\]]*): /g)].map(([, path = '']) => path),
    isToWait: status.next_retry !== undefined,
  };
};
