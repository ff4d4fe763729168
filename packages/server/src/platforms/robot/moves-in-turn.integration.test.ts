import { expect, test } from 'vitest';
import { ofType } from '../../../testing/events.ts';
import { startMqttBroker } from '../../../testing/platforms/mqtt-broker.ts';
import { startRobot } from '../../../testing/platforms/robot.ts';
import { createWorld } from '../../../testing/world.ts';
import { robot as platform } from './platform.ts';

const move = (name: string, position: number) => ({
  name,
  type: 'robot.actuate',
  params: { robot: 'arm-9', command: 'MOVE', position },
});

test('a movement is refused, approved, acknowledged, and brought to a safe stop where a later step fails', async () => {
  await using broker = await startMqttBroker();
  const state = { position: 1, isStopped: false };
  await using robot = await startRobot({ url: broker.url, name: 'arm-9', state });
  await using world = await createWorld({
    settings: { robots: { 'arm-9': { broker: broker.url, deduplicates: true } } },
  });
  const submits = () =>
    world.agent.submits({
      goal: 'Clear the belt',
      justification: 'The belt is blocked.',
      transactional: true,
      retry: { maxRetries: 0 },
      actions: [
        move('out', 40),
        { type: 'ledger.keyed', params: { resource: 'belt', value: 1 }, dependsOn: ['out'] },
      ],
    });
  const refused = await submits();
  await world.approver.rejects(refused);
  await world.reaches(refused, 'REJECTED');
  expect(robot.movements()).toBe(0);
  const task = await submits();
  await world.ledger.behaves({ failures: [{ kind: 'STATUS', status: 400, when: 'BEFORE' }] });
  await world.approver.approves(task);
  await world.reaches(task, 'ROLLED_BACK');
  const history = await world.historyOf(task);
  expect(ofType(history, 'step.succeeded').map(({ data }) => data.name)).toEqual(['out']);
  expect([robot.state(), robot.movements()]).toEqual([{ position: 40, isStopped: true }, 2]);
});

test('movements of one robot follow each other, each planned on where the one before it ends', async () => {
  await using broker = await startMqttBroker();
  const state = { position: 1, isStopped: true };
  await using robot = await startRobot({ url: broker.url, name: 'arm-9', deduplicates: true, state });
  const robots = { 'arm-9': { broker: broker.url, deduplicates: true } };
  await using world = await createWorld({ settings: { robots } });
  const task = await world.agent.submits({
    goal: 'Fetch and come back',
    justification: 'The belt is empty.',
    actions: [move('out', 40), move('on', 80), move('back', 1)],
  });
  const [plan] = await world.owner.query<{ summary: string; document: string }>(
    'SELECT summary, document FROM plan WHERE task_id = $1',
    [task.id],
  );
  const { steps } = JSON.parse(plan?.document ?? '') as {
    steps: { precondition: { position: number }; dependsOn: string[] }[];
  };
  expect(steps.map(({ precondition, dependsOn }) => [precondition.position, dependsOn])).toEqual([
    [1, []],
    [40, ['out']],
    [80, ['out', 'on']],
  ]);
  await world.approver.approves(task);
  await world.reaches(task, 'SUCCEEDED');
  expect([robot.state(), robot.movements()]).toEqual([{ position: 1, isStopped: false }, 3]);
});

test('one robot has one name', () => {
  const arm = { broker: 'mqtt://broker:1883', topic: 'robots/arm', deduplicates: false };
  expect(() => platform.actions({ robots: { one: arm, two: arm } }, {} as never)).toThrow(
    'robots.one and robots.two are one robot',
  );
});
