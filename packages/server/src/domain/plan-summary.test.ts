import { describe, expect, it } from 'vitest';
import { aPlannedStep } from '../../testing/domain-samples.ts';
import type { PlannedStep } from './plan.ts';
import { planSummary } from './plan-summary.ts';

const saying = (...summaries: string[]) => summaries.map((summary) => aPlannedStep({ summary }));

describe('the summary of a plan', () => {
  it.each<[steps: PlannedStep[], summary: string]>([
    [[], 'Do nothing'],
    [saying('Commit 2 files to main of demo'), 'Commit 2 files to main of demo'],
    [saying('Commit 2 files', 'Send one request'), 'Commit 2 files, and 1 more'],
    [saying('Commit 2 files', 'Send one request', 'Send another'), 'Commit 2 files, and 2 more'],
  ])('of %j is "%s"', (steps, summary) => {
    expect(planSummary(steps, 'DEVELOPMENT')).toBe(summary);
  });

  it('names what takes something away, wherever it stands', () => {
    const deletion = { type: 'DELETIONS' as const, title: 'Cards', names: ['a'] };
    const steps = [
      ...saying('Send one message'),
      aPlannedStep({ summary: 'Delete 24 cards', diffs: [deletion] }),
      ...saying('Send another'),
    ];
    expect(planSummary(steps, 'DEVELOPMENT')).toBe('Delete 24 cards, and 2 more');
  });

  it('names the environment where it counts', () => {
    const steps = saying('Delete 24 files from "main" of "demo"');
    expect(planSummary(steps, 'PRODUCTION')).toBe('Delete 24 files from "main" of "demo" (production)');
  });

  const phase = (number: number) => ({
    number,
    name: number === 1 ? 'Canary' : `Wave ${number - 1}`,
    soakMs: 0,
    errorBudget: 0,
    onFail: 'PAUSE' as const,
  });
  const onWeb = (number: number) =>
    aPlannedStep({
      summary: `Scale web-${number}`,
      phase: Math.ceil(number / 2),
      targets: [{ kind: 'deployment', name: `web-${number}` }],
    });
  const gate = (number: number) =>
    aPlannedStep({ kind: 'GATE', category: 'READ', actionType: 'web.status@1', phase: number });

  it('tells a rollout as phases, and leaves their gates to the plan', () => {
    const steps = [onWeb(1), onWeb(2), gate(1), onWeb(3), gate(2)];
    expect(planSummary(steps, 'STAGING', { phases: [phase(1), phase(2)] })).toBe(
      'Scale web-1, and likewise 2 more deployments: Canary 2, then one wave of 1 (staging)',
    );
    expect(planSummary([onWeb(1)], 'DEVELOPMENT', { phases: [phase(1)] })).toBe(
      'Scale web-1, in phases: Canary 1',
    );
  });

  it('says "likewise" of nothing that is done otherwise', () => {
    const on = (name: string, image: string) =>
      aPlannedStep({
        summary: `Run ${image} on ${name}`,
        params: { name, image },
        targets: [{ kind: 'deployment', name }],
      });
    const summary = (...steps: PlannedStep[]) => planSummary(steps, 'DEVELOPMENT', { phases: [phase(1)] });
    expect(summary(on('a', 'web:2'), on('b', 'web:2'))).toBe(
      'Run web:2 on a, and likewise 1 more deployment: Canary 2',
    );
    expect(summary(on('a', 'web:2'), on('b', 'miner:1'))).toBe(
      'Run web:2 on a, and 1 more deployment, each with its own image, name: Canary 2',
    );
    expect(summary(on('a', 'web:2'), on('a', 'web:3'), on('a', 'web:4'))).toBe(
      'Run web:2 on a, and 2 more steps, each with its own image: Canary 3',
    );
  });

  it('tells of a transaction what cannot be undone', () => {
    const undo = { undo: 'COMPENSATE' } as const;
    const summary = (...steps: PlannedStep[]) => planSummary(steps, 'DEVELOPMENT', { transactional: true });
    expect(summary(aPlannedStep({ summary: 'Do it', ...undo }), aPlannedStep({ category: 'READ' }))).toBe(
      'Do it, and 1 more, all undone where one fails',
    );
    expect(summary(aPlannedStep({ summary: 'Do it' }))).toBe(
      'Do it, undone where one fails, except for 1 step that cannot be undone',
    );
  });
});
