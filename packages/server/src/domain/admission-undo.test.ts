import { describe, expect, it } from 'vitest';
import { approvedAndStored, approvedDocument, factsOf } from '../../testing/admission-samples.ts';
import { aDecision, aStep, at } from '../../testing/domain-samples.ts';
import { admit, type AdmissionFacts } from './admission.ts';
import type { PlanDocumentStep } from './plan.ts';
import type { Step } from './run.ts';

/** `deploy` was done upon `build`, and the run turns back: about to undo `deploy`. */
const facts = (
  change: Partial<AdmissionFacts> = {},
  planned: Partial<PlanDocumentStep> = {},
): AdmissionFacts => {
  const whole = factsOf(approvedAndStored());
  if (!whole) throw new Error('The sample cannot be read.');
  const steps = approvedDocument.steps.map((each): PlanDocumentStep => ({
    ...each,
    undo: 'COMPENSATE',
    ...planned,
  }));
  return {
    ...whole,
    run: { ...whole.run, rollback: { cause: 'PERSON', reason: 'Back.', at: at(1).toISOString() } },
    steps: [aStep('build', { state: 'SUCCEEDED' }), aStep('deploy', { ordinal: 1, state: 'SUCCEEDED' })],
    step: undoOf('deploy'),
    ...change,
    document: { ...whole.document, steps },
  };
};
const undoOf = (undoes: string, parts: Partial<Step> = {}): Step =>
  aStep(`undo:${undoes}`, { kind: 'UNDO', undoes, ordinal: 7, state: 'READY', attempt: 0, ...parts });

const said = (given: AdmissionFacts): string => {
  const admission = admit(given);
  if (admission.isAdmitted) return 'ADMITTED';
  return admission.end === null
    ? `HELD ${admission.hold.rule}`
    : `${admission.end} ${admission.failure.code}`;
};

describe('the undoing of a step', () => {
  it.each<[string, AdmissionFacts, string]>([
    ['that was done', facts(), 'ADMITTED'],
    ['after the time of the task', facts({ now: at(90_000_000) }), 'ADMITTED'],
    ['in a run that goes on', facts({ run: { ...facts().run, rollback: null } }), 'FAILED CONFLICT'],
    ['that cannot be undone by the plan', { ...facts(), document: approvedDocument }, 'FAILED CONFLICT'],
    ['that the plan does not have', facts({ step: undoOf('other') }), 'FAILED CONFLICT'],
    [
      'by another action',
      facts({ step: undoOf('deploy', { actionType: 'repo.commit@1' }) }),
      'FAILED CONFLICT',
    ],
    ['that another was built upon', facts({ step: undoOf('build') }), 'FAILED CONFLICT'],
    [
      'that was not done',
      facts({ steps: [aStep('build', { state: 'SUCCEEDED' }), aStep('deploy', { state: 'FAILED' })] }),
      'FAILED CONFLICT',
    ],
    [
      'whose successor is undone',
      facts({
        step: undoOf('build'),
        steps: [aStep('build', { state: 'SUCCEEDED' }), aStep('deploy', { ordinal: 1, state: 'UNDONE' })],
      }),
      'ADMITTED',
    ],
    ['that policy forbids', facts({ current: aDecision('DENY') }), 'DENIED POLICY_DENIED'],
    ['whose approval is gone', facts({ approval: null }), 'DENIED HITL_REQUIRED'],
  ])('%s', (_title, given, expected) => {
    expect(said(given)).toBe(expected);
  });

  it('gives the step that is undone', () => {
    expect(admit(facts())).toMatchObject({ isAdmitted: true, planned: { name: 'deploy' } });
  });
});

describe('a gate', () => {
  const gate = (parts: Partial<Step> = {}, soakMs = 1_000): AdmissionFacts => ({
    ...facts({}, { kind: 'GATE' }),
    run: { ...facts().run, rollback: null },
    steps: [aStep('build', { state: 'SUCCEEDED' })],
    step: aStep('deploy', {
      kind: 'GATE',
      ordinal: 1,
      fence: 0,
      readyAt: at(599_500),
      state: 'READY',
      ...parts,
    }),
    document: {
      ...facts().document,
      phases: [{ number: 1, name: 'Canary', soakMs, errorBudget: 0, onFail: 'PAUSE' }],
      steps: approvedDocument.steps.map((each, index) =>
        index === 1 ? { ...each, kind: 'GATE' as const } : each,
      ),
    },
  });

  it.each<[string, AdmissionFacts, string]>([
    ['soaks', gate(), 'HELD gate.soak'],
    ['looks after its soak', gate({ readyAt: at(599_000) }), 'ADMITTED'],
    ['soaks once', gate({ fence: 1 }), 'ADMITTED'],
    ['looks at once where its phase has no soak', gate({}, 0), 'ADMITTED'],
    ['is a gate by the plan alone', gate({ kind: 'ACTION' }), 'FAILED CONFLICT'],
  ])('%s', (_title, given, expected) => {
    expect(said(given)).toBe(expected);
  });
});
