import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGitSandbox } from '../../testing/git-repository.ts';
import { historyOf } from '../../testing/histories/history.ts';
import { replay } from '../../testing/histories/replay.ts';
import { accepted } from '../../testing/people.ts';
import { aResource } from '../../testing/task-inputs.ts';
import { createWorld } from '../../testing/world.ts';

const releases = join(import.meta.dirname, '../../testing/histories/releases');
const append = (name: string, dependsOn: string[] = [], type = 'ledger.undoable') => ({
  name,
  type,
  params: { resource: `${aResource()}-${name}`, value: name },
  dependsOn,
});
const retry = { maxRetries: 2, initialDelayMs: 20, maxDelayMs: 100 };

test('what the log tells of a run is enough to come to its end once more', async () => {
  await using sandbox = await createGitSandbox();
  const location = await sandbox.bareRepository('demo.git', { 'README.md': 'one\n' });
  await using world = await createWorld({ repositories: [{ name: 'demo', location }] });
  const { runControl } = world.services;

  const commit = await world.agent.submits({
    goal: 'Say it in the README',
    actions: [
      {
        type: 'repo.commit',
        params: {
          repository: 'demo',
          branch: 'main',
          message: 'docs: say it',
          files: [{ path: 'README.md', content: 'two\n' }],
        },
      },
    ],
  });
  await world.approver.approves(commit);
  await world.reaches(commit, 'SUCCEEDED');

  await world.ledger.behaves({ failures: [{ kind: 'STATUS', status: 503, when: 'BEFORE' }] });
  const workflow = await world.agent.submits({
    goal: 'Four steps',
    actions: [append('a'), append('b', ['a']), append('c', ['a']), append('d', ['b', 'c'])],
    retry,
  });
  await world.reaches(workflow, 'SUCCEEDED');

  const rollout = await world.agent.submits({
    goal: 'Roll out',
    actions: [
      {
        name: 'append',
        type: 'ledger.undoable',
        params: {},
        targets: ['good', 'bad', 'never'].map((value) => ({ resource: aResource(), value })),
        rollout: {
          canary: 1,
          batchPercent: 50,
          soakMs: 50,
          gate: {
            type: 'ledger.look',
            params: {},
            expect: { required: ['value'], properties: { value: { const: 'good' } } },
            onFail: 'ROLL_BACK',
          },
        },
      },
    ],
    retry,
  });
  await world.reaches(rollout, 'ROLLED_BACK');

  await world.ledger.behaves({ failures: [{ kind: 'RESET', when: 'AFTER' }] });
  const resolved = await world.agent.submits({
    goal: 'In doubt',
    actions: [append('a', [], 'ledger.unmarked'), append('b', ['a'])],
    retry,
  });
  await world.reaches(resolved, 'NEEDS_ATTENTION');
  accepted(
    await runControl.resolve(
      world.operator.principal,
      resolved.id,
      'a',
      'HAPPENED',
      'The platform lists it.',
    ),
  );
  await world.reaches(resolved, 'SUCCEEDED');

  const told = { commit, workflow, 'rollout-rolled-back': rollout, 'needs-attention-resolved': resolved };
  for (const [name, task] of Object.entries(told)) {
    const history = await historyOf(world, task);
    const { planHash, run, steps, ends } = replay(history);
    expect({ planHash, run, steps, task: ends.at(-1) }).toEqual({
      planHash: history.plan.hash,
      ...history.end,
    });
    keep(name, history);
  }
});

/** Where it is asked for, with the name of the release. */
const keep = (name: string, history: object): void => {
  const release = process.env.GOLDEN;
  if (release === undefined) return;
  mkdirSync(join(releases, release), { recursive: true });
  writeFileSync(join(releases, release, `${name}.json`), `${JSON.stringify(history, null, 2)}\n`);
};
