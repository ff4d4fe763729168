import { accepted, refusal, refusalAt, type Outcome, type Refusal } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { hasRight, type Principal } from '../../domain/principal.ts';
import type { TaskRequest } from '../../domain/task.ts';
import { canonicalJson, sha256 } from '../../infra/digest.ts';
import type { PrepareActions, PreparedStep } from '../../platforms/index.ts';
import type { TaskStore } from '../../record/task-store.ts';
import { readSubmission, type ReadSubmission } from './submission.ts';

export interface Checked extends ReadSubmission {
  /** Equal where two submissions mean the same. */
  readonly requestHash: string;
}

/** Reads a submission, with all that is wrong with it in itself. */
export const checkSubmission = (prepareActions: PrepareActions, input: unknown): Outcome<Checked> => {
  const read = readSubmission(input, prepareActions);
  return read.ok ? accepted({ ...read.value, requestHash: meaningOf(read.value) }) : read;
};

/**
 * The same for what means the same: defaults written out or left out, a version named or not, in any order. What was
 * not given is no part of it, so that a field that comes later leaves the keys of before what they were.
 */
const meaningOf = ({ request, workflow }: ReadSubmission): string => {
  const { idempotencyKey: _key, transactional, ...body } = request;
  const steps = Map.groupBy(workflow.steps, ({ action }) => action);
  const meaning = {
    ...Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)),
    ...(transactional ? { transactional } : {}),
    tags: [...new Set(body.tags)].sort(),
    actions: body.actions.map((action, index) => meaningOfAction(action, steps.get(index) ?? [])),
  };
  return sha256(canonicalJson(meaning), 'submission/v3\0');
};

const meaningOfAction = (
  { name, dependsOn, rollout, timeoutMs, fallback }: TaskRequest['actions'][number],
  steps: readonly PreparedStep[],
): JsonObject => {
  const [first] = steps;
  if (!first) throw new Error('An action was not prepared.');
  const { traits, params } = first.prepared;
  const instead = steps.find(({ fallbackFor }) => fallbackFor !== undefined)?.prepared;
  const paramsOf = (kind: PreparedStep['kind']) =>
    steps.filter((step) => step.kind === kind).map(({ prepared }) => prepared.params);
  return {
    name,
    type: traits.name,
    version: traits.version,
    dependsOn: [...new Set(dependsOn)].sort(),
    ...(rollout
      ? { rollout: { ...rollout }, targets: paramsOf(undefined), gates: paramsOf('GATE') }
      : { params }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(instead && { fallback: { ...fallback, type: actionTypeOf(instead), params: instead.params } }),
  } as JsonObject;
};

const actionTypeOf = ({ traits: { name, version } }: PreparedStep['prepared']): string =>
  `${name}@${version}`;

/** Those of the tasks that submissions name as theirs that there are. */
export const findParents = async (
  tasks: Pick<TaskStore, 'findMany'>,
  { tenantId }: Principal,
  checked: readonly Outcome<Checked>[],
): Promise<ReadonlySet<string>> => {
  const ids = checked.flatMap((outcome) => (outcome.ok && outcome.value.request.parentTaskId) || []);
  const found = ids.length === 0 ? [] : await tasks.findMany(tenantId, [...new Set(ids)]);
  return new Set(found.map(({ id }) => id));
};

/** What keeps a caller from making a submission that has nothing wrong in itself; null where nothing does. */
export const refusalFor = (
  viewer: Principal,
  { priority, parentTaskId }: TaskRequest,
  parents: ReadonlySet<string>,
): Refusal | null => {
  if (priority === 'CRITICAL' && !hasRight(viewer, 'EXPEDITE')) return notExpedited;
  return parentTaskId === null || parents.has(parentTaskId) ? null : noParent;
};

const noParent = refusalAt('parentTaskId', 'RESOURCE_NOT_FOUND', 'There is no such task.');

const notExpedited = refusal(
  'AUTHORIZATION_FAILED',
  'Priority CRITICAL needs the operator role, which an administrator gives. Submit as HIGH without it.',
);
