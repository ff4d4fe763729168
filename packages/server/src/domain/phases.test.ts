import { describe, expect, it } from 'vitest';
import { aDocument, aDocumentStep, aRun, aStep, at } from '../../testing/domain-samples.ts';
import { runPhasesOf, type PhaseStatus } from './phases.ts';
import type { GateEvaluation, Step } from './run.ts';
import { soakRule } from './soak.ts';

const document = aDocument({
  phases: [{ number: 1, name: 'Canary', soakMs: 1_000, errorBudget: 0, onFail: 'PAUSE' }],
  steps: [
    aDocumentStep({ name: 'prepare', phase: 1 }),
    aDocumentStep({ name: 'scale[1]', phase: 1, targets: [{ kind: 'deployment', name: 'web-01' }] }),
    { ...aDocumentStep({ name: 'scale.gate[1]', phase: 1 }), kind: 'GATE' },
  ],
});
const found = (status: GateEvaluation['status']): GateEvaluation => ({
  status,
  evaluatedAt: at(5).toISOString(),
  message: 'It looked.',
});
const phase = (action: Partial<Step>, gate: Partial<Step>) =>
  runPhasesOf(document, aRun(), [
    aStep('prepare', { state: 'SUCCEEDED' }),
    aStep('scale[1]', action),
    aStep('scale.gate[1]', { kind: 'GATE', ...gate }),
  ])[0];
const fresh = { state: 'BLOCKED', startedAt: null } as const;
const done = { state: 'SUCCEEDED' } as const;
const soaking = {
  state: 'READY',
  hold: { rule: soakRule, reason: 'It soaks.', until: at(9).toISOString() },
} as const;

describe('a phase', () => {
  it.each<[PhaseStatus, Partial<Step>, Partial<Step>]>([
    ['WAITING', { ...fresh, state: 'READY' }, fresh],
    ['RUNNING', { state: 'RUNNING' }, fresh],
    ['SOAKING', done, soaking],
    ['PASSED', done, { ...done, gate: found('PASS') }],
    ['FAILED', done, { state: 'FAILED', gate: found('FAIL') }],
    ['FAILED', { state: 'NEEDS_ATTENTION' }, { state: 'CANCELLED' }],
    ['CANCELLED', { state: 'CANCELLED' }, { state: 'CANCELLED' }],
    ['UNDONE', { state: 'UNDONE' }, { state: 'CANCELLED' }],
  ])('is %s', (status, action, gate) => {
    expect(phase(action, gate)?.status).toBe(status);
  });

  it('has the targets of its rollout alone, by their names', () => {
    expect(phase(done, fresh)?.targets.map(({ name, step }) => [name, step.name])).toEqual([
      ['web-01', 'scale[1]'],
    ]);
  });

  it('is done at a target where a fallback did it', () => {
    const withFallback = (fallback: Partial<Step>) =>
      runPhasesOf(document, aRun(), [
        aStep('scale[1]', { state: 'REPLACED' }),
        aStep('fallback:scale[1]', { fallbackFor: 'scale[1]', ...fallback }),
        aStep('scale.gate[1]', { kind: 'GATE', ...done, gate: found('PASS') }),
      ])[0];
    expect(withFallback(done)).toMatchObject({ status: 'PASSED', targets: [{ name: 'web-01' }] });
    expect(withFallback(done)?.targets[0]?.step.name).toBe('fallback:scale[1]');
    expect(withFallback({ state: 'FAILED' })?.status).toBe('FAILED');
  });

  it('says until when it soaks, and what its gates found', () => {
    expect(phase(done, soaking)).toMatchObject({ soakUntil: at(9).toISOString(), gate: null });
    expect(phase(done, { state: 'FAILED', gate: found('UNKNOWN') })?.gate).toEqual(found('UNKNOWN'));
  });
});
