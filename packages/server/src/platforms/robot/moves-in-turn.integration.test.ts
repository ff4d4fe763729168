import { expect, test } from 'vitest';
import { startMqttBroker } from '../../../testing/platforms/mqtt-broker.ts';
import { startRobot } from '../../../testing/platforms/robot.ts';
import { createWorld } from '../../../testing/world.ts';
import { robot as platform } from './platform.ts';

const move = (name: string, position: number) => ({
  name,
  type: 'robot.actuate',
  params: { robot: 'arm-9', command: 'MOVE', position },
});

test('movements of one robot follow each other, each planned on where the one before it ends, and are undone by a safe stop', async () => {
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
