import { ofType } from '../../testing/events.ts';
import { expect, test } from 'vitest';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { createWorld } from '../../testing/world.ts';

test('an outage that our own breaker sits out costs a step no attempt, and ends only what has no time', async () => {
  await using world = await createWorld({
    background: 'KEEPERS',
    leaseMs: 30_000,
    ledger: { failures: [{ kind: 'STATUS', status: 429, when: 'BEFORE', times: 2 }] },
    guards: { ledger: { breaker: { opensAt: 2, probeAfterMs: 6_000 } } },
  });
  const [patient, hurried] = [aResource(), aResource()];
  const retry = { maxRetries: 2, initialDelayMs: 1 };
  const first = await world.agent.submits(anEffect('ledger.unmarked', patient, { retry }));
  const second = await world.agent.submits(anEffect('ledger.keyed', hurried, { retry, timeoutMs: 5_000 }));
  world.begins('ALL');

  await world.reaches(second, 'FAILED');
  expect((await world.now(second)).error).toMatchObject({ code: 'EXECUTION_TIMEOUT' });
  await world.reaches(first, 'SUCCEEDED');
  expect(world.ledger.effects()).toEqual(new Map([[patient, 1]]));

  const history = await world.historyOf(first);
  const held = ofType(history, 'step.held');
  expect(held).not.toEqual([]);
  for (const { summary, data } of held) {
    expect(summary).toContain(' is held: ledger');
    expect(data).toMatchObject({ rule: 'platform.circuit_breaker', until: expect.any(String) });
  }
  const [step] = await world.owner.query<{ attempt: number; fence: number; starts: number }>(
    'SELECT attempt, fence FROM step WHERE task_id = $1',
    [first.id],
  );
  expect(step?.fence).toBe(history.filter(({ type }) => type === 'step.started').length);
  expect(step?.attempt).toBe((step?.fence ?? 0) - held.length);
});
