// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Plan, PlanStep } from '../../graphql/fragments.ts';
import { comparePlans } from './compare-plans.ts';

const step = (change: Partial<PlanStep> = {}): PlanStep => ({
  name: 'commit',
  ordinal: 0,
  phase: 0,
  actionType: 'repo.commit',
  version: 1,
  platform: 'git',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  params: { branch: 'main', files: [{ path: 'a', content: '1' }] },
  dependsOn: [],
  summary: 'Commit 1 file',
  precondition: { head: 'abc' },
  targets: [{ kind: 'branch', name: 'demo@main' }],
  findings: [],
  diffs: [],
  ...change,
});

const plan = (steps: PlanStep[]): Plan => ({
  revision: 1,
  hash: 'h',
  summary: '',
  risk: 'LOW',
  riskFactors: [],
  reversible: true,
  createdAt: '',
  steps,
});

describe('comparePlans', () => {
  it('finds nothing between equal plans, whatever is shown about them', () => {
    expect(comparePlans(plan([step()]), plan([step({ summary: 'Other words', findings: [] })]))).toEqual([]);
  });

  it('names the place of every field that differs', () => {
    const after = step({
      params: { branch: 'main', files: [{ path: 'a', content: '2' }] },
      precondition: { head: 'def' },
    });
    expect(comparePlans(plan([step()]), plan([after]))).toEqual([
      { place: 'step commit › params › files › 1 › content', before: '1', after: '2' },
      { place: 'step commit › precondition › head', before: 'abc', after: 'def' },
    ]);
  });

  it('shows steps that came or went, and parameters that came or went', () => {
    const added = step({ name: 'notify', summary: 'Tell the channel' });
    expect(comparePlans(plan([step()]), plan([step(), added]))).toEqual([
      { place: 'step notify', before: null, after: 'Tell the channel' },
    ]);
    expect(comparePlans(plan([step({ params: { push: true } })]), plan([step({ params: {} })]))).toEqual([
      { place: 'step commit › params › push', before: true, after: null },
    ]);
  });
});
