import { expect, test } from 'vitest';
import { createChaos, sized } from '../../testing/chaos.ts';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { backends, createWorld, type Backend } from '../../testing/world.ts';

const leaseMs = 1_500;
const timeoutMs = sized(300_000, 3_600_000);

test.each(backends)(
  'connections to the database break all the time, with %s: every task ends, with one effect',
  async (backend) => {
    const chaos = createChaos(`connections break while steps run on ${backend}`);
    await using world = await createWorld({
      backend,
      leaseMs,
      logLevel: 'fatal',
      lanes: { NORMAL: { slots: 4 } },
      // On every change half as many tasks that take twice as long: the connections break while they are under way.
      ledger: { latencyMs: sized(80, 40) },
    });
    const resources = Array.from({ length: sized(50, 1_500) }, aResource);
    const tasks = await world.agent.submitsMany(
      resources.map((resource) => anEffect('ledger.keyed', resource)),
    );
    for (let round = 0; round < sized(12, 100); round += 1) {
      await chaos.moment(10, 100);
      // Gone before the next look: a connection that is ended and does not know it yet would answer that with its end.
      await world.owner.query(
        `SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'countersign' AND state <> 'idle'
         AND pid <> pg_backend_pid()`,
      );
    }
    await world.allReach(tasks, 'SUCCEEDED');
    expect(world.ledger.effects()).toEqual(new Map(resources.map((resource) => [resource, 1])));
  },
  timeoutMs,
);

/** On every change in one of them alone: what a worker's death means to each of the two tells worker-loss. */
test.each(sized<readonly Backend[]>(['postgres'], backends))(
  'worker nodes die again and again, with %s: every task ends, with one effect',
  async (backend) => {
    const chaos = createChaos(`worker loss on ${backend}`);
    await using world = await createWorld({
      backend,
      leaseMs,
      background: 'KEEPERS',
      lanes: { NORMAL: { slots: 8 } },
      ledger: { latencyMs: sized(60, 5) },
    });
    const resources = Array.from({ length: sized(60, 2_000) }, aResource);
    const workers = [await world.startsWorker(), await world.startsWorker()];
    const tasks = await world.agent.submitsMany(
      resources.map((resource) => anEffect(chaos.pick(['ledger.keyed', 'ledger.marked']), resource)),
    );
    for (let round = 0; round < sized(3, 40); round += 1) {
      await chaos.moment(100, 400);
      const place = chaos.between(0, 1);
      await workers[place]?.kill();
      workers[place] = await world.startsWorker();
    }
    await world.allReach(tasks, 'SUCCEEDED');
    expect(world.ledger.effects()).toEqual(new Map(resources.map((resource) => [resource, 1])));
  },
  timeoutMs,
);
