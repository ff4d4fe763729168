import { graphql, type GraphQLSchema } from 'graphql';
import { expect, test } from 'vitest';
import { anErrand, aResource } from '../../../../testing/task-inputs.ts';
import { signedIn } from '../../../../testing/signed-in.ts';
import { createWorld, type World } from '../../../../testing/world.ts';
import type { Principal } from '../../../domain/principal.ts';
import { createLogger } from '../../../infra/logger.ts';
import { createMonitoring } from '../../../monitoring.ts';
import { createOperations } from '../../../operations.ts';
import { createViews } from '../../../operations/views.ts';
import { createSchema } from './schema.ts';

const schemaOf = ({ services, config }: World, stack: AsyncDisposableStack): GraphQLSchema => {
  const logger = createLogger({ level: 'silent' });
  const monitoring = createMonitoring(config, logger, services, () => 0, stack);
  const operations = createOperations(services, monitoring, logger);
  const views = createViews(services, logger);
  return createSchema({ operations, views, services, monitoring, originOf: () => 'http://console' });
};

const ask = async (
  schema: GraphQLSchema,
  viewer: Principal,
  source: string,
  variableValues: Record<string, unknown>,
): Promise<unknown> => {
  const contextValue = { viewer: signedIn(viewer), requestId: 'test', traceparent: null };
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  expect(errors).toBeUndefined();
  return structuredClone(data);
};

const query = `query ($id: ID!) { task(id: $id) { status run {
  status pause { cause by reason } rollback { cause } undoable { undoes leaves unknown }
  viewerCanPause whyNotPause viewerCanResume viewerCanRollBack whyNotRollBack
  phases { number name status soakUntil errorBudget gate { status message } targets { name status step } }
  steps { name kind undoes state gate { status overriddenBy } resolution { outcome } viewerCanRetry whyNotRetry viewerCanResolve }
} } }`;
const resume = `mutation ($input: ControlRunInput!) { resumeRun(input: $input) { task { status } refusal { code message } } }`;

test('a run tells how its phases stand, what a rollback would do, and who may do what', async () => {
  await using stack = new AsyncDisposableStack();
  await using world = await createWorld();
  const schema = schemaOf(world, stack);
  const resource = aResource();
  const task = await world.agent.submits({
    goal: 'Roll out',
    actions: [
      {
        name: 'append',
        type: 'ledger.undoable',
        params: { value: 'bad' },
        targets: [{ resource: `${resource}-1` }, { resource: `${resource}-2` }],
        rollout: {
          gate: {
            type: 'ledger.look',
            params: {},
            expect: { required: ['value'], properties: { value: { const: 'good' } } },
          },
        },
      },
    ],
  });
  await world.reaches(task, 'PAUSED');
  expect(await ask(schema, world.operator.principal, query, { id: task.id })).toMatchObject({
    task: {
      status: 'PAUSED',
      run: {
        status: 'PAUSED',
        pause: { cause: 'GATE', by: null, reason: expect.stringContaining('append.gate[1] failed') },
        rollback: null,
        undoable: { undoes: ['append[1]'], leaves: [], unknown: [] },
        viewerCanPause: false,
        whyNotPause: expect.stringContaining('paused already'),
        viewerCanResume: true,
        viewerCanRollBack: true,
        whyNotRollBack: null,
        phases: [
          {
            number: 1,
            name: 'Canary',
            status: 'FAILED',
            soakUntil: null,
            errorBudget: 0,
            gate: { status: 'FAIL' },
            targets: [{ name: `${resource}-1`, status: 'SUCCEEDED', step: 'append[1]' }],
          },
          { number: 2, name: 'Wave 1', status: 'WAITING', gate: null, targets: [{ status: 'BLOCKED' }] },
        ],
        steps: [
          {
            name: 'append[1]',
            kind: 'ACTION',
            viewerCanRetry: false,
            whyNotRetry: expect.stringContaining('SUCCEEDED'),
          },
          {
            name: 'append.gate[1]',
            kind: 'GATE',
            gate: { status: 'FAIL', overriddenBy: null },
            viewerCanRetry: true,
          },
          { name: 'append[2]' },
          { name: 'append.gate[2]' },
        ],
      },
    },
  });
  const input = { taskId: task.id, reason: 'It is meant to be bad.' };
  expect(await ask(schema, world.agent.principal, resume, { input })).toEqual({
    resumeRun: {
      task: null,
      refusal: { code: 'AUTHORIZATION_FAILED', message: 'This needs the operator role.' },
    },
  });
  expect(await ask(schema, world.operator.principal, resume, { input })).toMatchObject({
    resumeRun: { task: { status: 'RUNNING' }, refusal: null },
  });
});

test('a run that somebody wants ended says since when, while what is in flight goes on', async () => {
  await using stack = new AsyncDisposableStack();
  await using world = await createWorld();
  const schema = schemaOf(world, stack);
  const look = 'query ($id: ID!) { task(id: $id) { status cancelRequestedAt run { cancelRequestedAt } } }';
  const task = await world.agent.submits(anErrand({ delayMs: 60_000 }));
  await world.reaches(task, 'RUNNING');
  expect(await ask(schema, world.operator.principal, look, { id: task.id })).toEqual({
    task: { status: 'RUNNING', cancelRequestedAt: null, run: { cancelRequestedAt: null } },
  });
  await world.agent.cancels(task);
  expect(await ask(schema, world.operator.principal, look, { id: task.id })).toEqual({
    task: {
      status: 'RUNNING',
      cancelRequestedAt: expect.any(String),
      run: { cancelRequestedAt: expect.any(String) },
    },
  });
});
