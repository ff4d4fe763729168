import type { PrincipalType, Role } from '@countersign/shared';
import type { App } from '../../src/app.ts';
import type { Principal } from '../../src/domain/principal.ts';
import { value } from '../access-node.ts';
import { until } from '../until.ts';
import { asks, type Answer } from './asking.ts';
import { plainSamples } from './plain-samples.ts';
import type { RootField } from './root-fields.ts';
import { argumentsOf, leftOut, type Samples } from './samples.ts';

/** Somebody with a key; null for whoever has none. */
export interface MatrixCaller {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly tenantId: string;
  readonly key: string | null;
}

/** A tenant that has one of everything, with its mark in every text. */
export interface MatrixTenant {
  readonly id: string;
  readonly mark: string;
  readonly samples: Samples;
  /** Of these, what names something of theirs, by the names of GraphQL, REST and MCP. */
  readonly idSamples: Samples;
  /** With every role. */
  readonly everything: MatrixCaller;
  readonly callers: readonly MatrixCaller[];
  /** All that is theirs, by its id. */
  readonly ids: readonly string[];
  /** The task that an agent of theirs asked for, and who answers for that agent. */
  readonly taskId: string;
  readonly ownerId: string;
  /** What stands in that task and in what hangs on it, and nowhere else. */
  readonly words: readonly string[];
}

const everyRole: readonly Role[] = ['VIEWER', 'SUBMITTER', 'APPROVER', 'OPERATOR', 'ADMIN'];
const cast: readonly (readonly [name: string, type: PrincipalType, roles: readonly Role[]])[] = [
  ['viewer', 'HUMAN', ['VIEWER']],
  ['submitter', 'HUMAN', ['SUBMITTER']],
  ['approver', 'HUMAN', ['APPROVER']],
  ['operator', 'HUMAN', ['OPERATOR']],
  ['admin', 'HUMAN', ['ADMIN']],
  ['agent', 'AGENT', ['SUBMITTER']],
  ['service', 'SERVICE', ['SUBMITTER']],
];

/** The names under which everything of a tenant is asked for. */
const idSamples = (ids: Readonly<Record<string, string>>): Samples => ({
  ...Object.fromEntries(
    Object.entries({
      task: [
        'taskId',
        'taskIds',
        'TaskFilter.ids',
        'task.id',
        'taskUpdated.id',
        'parentTaskId',
        'deliveryIds',
      ],
      person: ['principalId', 'principalIds', 'actorId', 'submittedById', 'ownerId', 'passkeyId'],
      approver: ['CreateDelegationInput.principalId'],
      secondApprover: ['toId'],
      agent: [
        'agentId',
        'agent.id',
        'StopScopeInput.value',
        'AuditFilter.actorId',
        'TaskFilter.submittedById',
      ],
      apiKey: ['apiKeyId'],
      group: ['groupId'],
      webhook: ['webhookId'],
      import: ['importId', 'import_id'],
      delegation: ['delegationId'],
      approval: ['approval.id', 'approvalId'],
      grant: ['grant.id', 'ApproveGrantInput.id', 'RevokeGrantInput.id', 'ResumeGrantInput.id'],
      stop: ['ReleaseKillSwitchInput.id'],
      quarantine: ['ReleaseSourceInput.id'],
      version: ['versionId', 'policyVersion.id'],
      simulation: ['policySimulation.id', 'CancelPolicySimulationInput.id'],
      question: ['questionId'],
      planHash: ['planHash'],
      seq: ['auditEntryProof.seq'],
      hold: ['ReleaseLegalHoldInput.id'],
      backup: ['backup.id', 'backupId'],
      restore: ['restore.id', 'ApproveRestoreInput.id', 'DiscardRestoreInput.id'],
    }).flatMap(([what, names]) => names.map((name) => [name, ids[what] ?? leftOut])),
  ),
});

/** REST and MCP have names of their own. */
const otherIdSamples = (tenantId: string, { task, agent }: Readonly<Record<string, string>>): Samples => ({
  ...Object.fromEntries(
    ['id', 'ids', 'task_id', 'executionId', 'actionId'].map((name) => [`JSON.${name}`, task]),
  ),
  'JSON.userId': agent,
  'JSON.org_id': tenantId,
  'JSON.user_id': agent,
});

export const createMatrixTenant = async (
  app: App,
  fields: readonly RootField[],
  mark: string,
): Promise<MatrixTenant> => {
  const { id: tenantId } = await app.access.ensureTenant(mark);
  const join = (type: PrincipalType, name: string, roles: readonly Role[], ownerId: string | null = null) =>
    app.access.ensurePrincipal({ tenantId, type, name: `${mark} ${name}`, roles: [...roles], ownerId });
  const callerOf = async ({ id, roles }: Principal, name: string): Promise<MatrixCaller> => {
    const { secret } = value(await app.access.issueApiKey(tenantId, { principalId: id, name: mark }));
    return { id, name, roles, tenantId, key: secret };
  };
  const owner = await join('HUMAN', 'owner', ['VIEWER']);
  const everything = await callerOf(await join('HUMAN', 'everything', everyRole), 'everything');
  const agent = await join('AGENT', 'worker', ['SUBMITTER'], owner.id);
  const ids: Record<string, string> = {
    person: (await join('HUMAN', 'victim', ['SUBMITTER'])).id,
    approver: (await join('HUMAN', 'approver of it', ['APPROVER'])).id,
    secondApprover: (await join('HUMAN', 'second approver', ['APPROVER'])).id,
    agent: agent.id,
  };
  const [wanted, asked] = [`${mark} wants this`, `${mark} asks why`];
  const samples = (): Samples => ({
    ...plainSamples(mark),
    ...{ goal: wanted, question: asked },
    ...idSamples(ids),
  });
  const asksFor = (name: string, caller: MatrixCaller): Promise<Answer> => {
    const field = fields.find((each) => each.name === name);
    if (!field) throw new Error(`There is no ${name} any more.`);
    return asks(app.url, caller, field, argumentsOf(field.name, field.args, samples()));
  };
  await fill(ids, asksFor, { everything, agent: await callerOf(agent, 'agent') });
  const callers: MatrixCaller[] = [];
  for (const [name, type, roles] of cast)
    callers.push(await callerOf(await join(type, name, roles, type === 'HUMAN' ? null : owner.id), name));
  callers.push({ id: owner.id, name: 'nobody', roles: [], tenantId, key: null });
  const theirs = { ...idSamples(ids), ...otherIdSamples(tenantId, ids) };
  return {
    id: tenantId,
    mark,
    samples: { ...plainSamples(mark), ...theirs },
    idSamples: theirs,
    everything,
    callers,
    ids: Object.values(ids),
    taskId: ids['task'] ?? '',
    ownerId: owner.id,
    words: [wanted, asked],
  };
};

type AsksFor = (name: string, caller: MatrixCaller) => Promise<Answer>;

/** One of everything that has an id, made as anybody makes it. */
const fill = async (
  ids: Record<string, string>,
  asksFor: AsksFor,
  { everything, agent }: { everything: MatrixCaller; agent: MatrixCaller },
): Promise<void> => {
  const make = async (what: string, name: string, caller = everything) => {
    const { text } = await asksFor(name, caller);
    const made = madeBy(text, name);
    ids[what] = made.id;
    return made;
  };
  const found = async (name: string, kind: string, field: string): Promise<string> => {
    let text = '';
    return until(
      async () => {
        ({ text } = await asksFor(name, everything));
        return textOf(JSON.parse(text), kind, field);
      },
      () => `there is no ${kind}: ${text.slice(0, 2_000)}`,
    );
  };
  await make('task', 'executeTask', agent);
  ids['approval'] = await found('approvals', 'ApprovalRequest', 'id');
  ids['planHash'] = await found('approvals', 'ApprovalRequest', 'planHash');
  await make('group', 'createGroup');
  await make('webhook', 'createWebhook');
  await make('import', 'importAssets');
  await make('apiKey', 'createApiKey');
  await make('delegation', 'createDelegation');
  await make('grant', 'createGrant');
  await make('quarantine', 'quarantineSource');
  await make('stop', 'engageKillSwitch');
  await make('hold', 'placeLegalHold');
  await make('version', 'draftPolicy');
  await make('simulation', 'startPolicySimulation');
  const { text: toldOfQuestion } = await asksFor('askRequester', everything);
  if (!toldOfQuestion.includes('"refusal":null')) throw new Error(`No question: ${toldOfQuestion}`);
  ids['question'] = await found('approval', 'Question', 'id');
  // The first tenant looks after the installation's; to others there is none.
  const { text: toldOfBackup } = await asksFor('takeBackup', everything);
  ids['backup'] = toldOfBackup.includes('AUTHORIZATION_FAILED')
    ? crypto.randomUUID()
    : madeBy(toldOfBackup, 'takeBackup').id;
  // One takes a backup that is complete, and a second person.
  ids['restore'] = crypto.randomUUID();
  ids['seq'] = await found('auditEntries', 'AuditEntry', 'seq');
};

/** A text of the first thing of a kind in an answer. */
const textOf = (value: unknown, kind: string, field: string): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const thing = value as Readonly<Record<string, unknown>>;
  const text = thing['__typename'] === kind ? thing[field] : undefined;
  if (typeof text === 'string') return text;
  return Object.values(thing)
    .map((each) => textOf(each, kind, field))
    .find((each) => each !== undefined);
};

/** What a command made: the first thing of its payload that has an id. */
const madeBy = (text: string, name: string): { id: string } => {
  const { data } = JSON.parse(text) as { data?: Record<string, Record<string, unknown> | null> | null };
  const entities = Object.values(data?.[name] ?? {});
  const made = entities.find((each): each is { id: string } => {
    return typeof each === 'object' && each !== null && 'id' in each;
  });
  if (!made) throw new Error(`${name} made nothing: ${text.slice(0, 1_000)}`);
  return made;
};
