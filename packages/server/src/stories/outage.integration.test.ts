import { ofType } from '../../testing/events.ts';
import { expect, test } from 'vitest';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { createWorld } from '../../testing/world.ts';

test('an outage that our own breaker sits out costs a step no attempt, and ends only what has no time', async () => {
  await using world = await createWorld({
    background: 'KEEPERS',
    ledger: { failures: [{ kind: 'STATUS', status: 429, when: 'BEFORE', times: 2 }] },
    guards: { ledger: { breaker: { opensAt: 2, probeAfterMs: 1_000 } } },
  });
  const [patient, hurried] = [aResource(), aResource()];
  const retry = { maxRetries: 2, initialDelayMs: 1 };
  const first = await world.agent.submits(anEffect('ledger.unmarked', patient, { retry }));
  const second = await world.agent.submits(anEffect('ledger.keyed', hurried, { retry, timeoutMs: 900 }));
  world.begins('ALL');

  await world.reaches(second, 'FAILED');
  expect((await world.now(second)).error).toMatchObject({ code: 'EXECUTION_TIMEOUT' });
  await world.reaches(first, 'SUCCEEDED');
  expect(world.ledger.effects()).toEqual(new Map([[patient, 1]]));

  const history = await world.historyOf(first);
  const postponed = ofType(history, 'step.retrying').filter(({ data }) => data.isPostponed);
  expect(postponed).not.toEqual([]);
  for (const { type, summary } of postponed) {
    expect(type).toBe('step.retrying');
    expect(summary).toContain('was put off without being called and is tried again: ledger');
  }
  const [step] = await world.owner.query<{ attempt: number; fence: number; starts: number }>(
    'SELECT attempt, fence FROM step WHERE task_id = $1',
    [first.id],
  );
  expect(step?.fence).toBe(history.filter(({ type }) => type === 'step.started').length);
  expect(step?.attempt).toBe((step?.fence ?? 0) - postponed.length);
});
