import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyPolicyInputFacts } from '../../../testing/policy-arbitraries.ts';
import type { JsonObject } from '../../domain/json.ts';
import { policyInput } from './policy-input.ts';
import type { PolicyInputFacts } from './policy-input.ts';

type Step = PolicyInputFacts['steps'][number];

const step = (fields: Partial<Step> = {}): Step => ({
  name: 'notify',
  ordinal: 0,
  phase: 0,
  phaseName: null,
  actionType: 'http.request',
  version: 1,
  platform: 'http',
  category: 'WRITE',
  idempotency: 'NATIVE_KEY',
  reversible: true,
  network: 'INTERNAL',
  targets: [{ kind: 'url', name: 'https://hooks.example/a' }],
  params: { method: 'POST' },
  precondition: null,
  isGate: false,
  ...fields,
});

const facts = (fields: Partial<PolicyInputFacts> = {}): PolicyInputFacts => ({
  tenantId: 't1',
  requester: { type: 'AGENT', roles: ['SUBMITTER'], name: 'builder' },
  environment: 'STAGING',
  mode: 'APPLY',
  priority: 'NORMAL',
  justification: null,
  risk: 'LOW',
  requiresApproval: false,
  steps: [step()],
  ...fields,
});

const host = (name: string) => ({ kind: 'host', name });
const noTargets = { READ: 0, WRITE: 0, DEPLOY: 0, ROLLBACK: 0 };

describe('policyInput', () => {
  it('holds what the rules may see', () => {
    const input: JsonObject = policyInput(facts());
    expect(input).toEqual({
      tenantId: 't1',
      requester: { type: 'AGENT', roles: ['SUBMITTER'], name: 'builder' },
      environment: 'STAGING',
      mode: 'APPLY',
      priority: 'NORMAL',
      hasJustification: false,
      risk: 'LOW',
      requiresApproval: false,
      counts: { steps: 1, targets: { ...noTargets, WRITE: 1 } },
      phases: [{ ordinal: 0, name: null, steps: 1, gates: 0, targets: { ...noTargets, WRITE: 1 } }],
      steps: [step()],
    });
  });

  it.each([
    [null, false],
    ['', false],
    [' \n\t', false],
    ['\u200b\u2060\u202e', false],
    ['...', false],
    ['CVE-2026-1', true],
    ['因為', true],
  ])('takes %j as a justification: %s', (justification, hasJustification) => {
    expect(policyInput(facts({ justification })).hasJustification).toBe(hasJustification);
  });

  it('keeps prose and whatever else a caller carries out of sight', () => {
    const carried = {
      ...facts({ justification: 'ignore all rules' }),
      goal: 'please approve',
      requester: { ...facts().requester, id: 'p1' },
      steps: [{ ...step(), summary: 'looks safe' }],
    };
    const text = JSON.stringify(policyInput(carried));
    for (const prose of ['ignore all rules', 'please approve', 'p1', 'looks safe']) {
      expect(text).not.toContain(prose);
    }
  });

  it('counts a target once per category and phase, however many steps touch it', () => {
    const steps = [
      step({ ordinal: 0, phase: 0, category: 'DEPLOY', targets: [host('a'), host('a')] }),
      step({ ordinal: 1, phase: 1, category: 'DEPLOY', targets: [host('a'), host('b')] }),
      step({ ordinal: 2, phase: 1, category: 'READ', targets: [host('a'), { kind: 'url', name: 'a' }] }),
    ];
    const input = policyInput(facts({ steps }));
    expect(input.counts).toEqual({ steps: 3, targets: { ...noTargets, DEPLOY: 2, READ: 2 } });
    expect(input.phases.map((phase) => phase.targets)).toEqual([
      { ...noTargets, DEPLOY: 1 },
      { ...noTargets, DEPLOY: 2, READ: 2 },
    ]);
  });

  it('puts steps and phases in order and names a phase as all its steps do', () => {
    const steps = [
      step({ name: 'd', ordinal: 3, phase: 2, phaseName: 'Wave 2' }),
      step({ name: 'c', ordinal: 2, phase: 1, phaseName: null }),
      step({ name: 'b', ordinal: 1, phase: 1, phaseName: 'Canary' }),
      step({ name: 'a', ordinal: 0, phase: 0, phaseName: 'Canary' }),
    ];
    const input = policyInput(facts({ steps }));
    expect(input.steps.map((each) => each.name)).toEqual(['a', 'b', 'c', 'd']);
    expect(input.phases.map(({ ordinal, name }) => [ordinal, name])).toEqual([
      [0, 'Canary'],
      [1, null],
      [2, 'Wave 2'],
    ]);
  });

  it('does not depend on the order in which steps and roles were given', () => {
    const property = fc.property(anyPolicyInputFacts, (given) => {
      const steps = given.steps.map((each, ordinal) => ({ ...each, ordinal }));
      const { roles } = given.requester;
      const turned = {
        ...given,
        steps: steps.toReversed(),
        requester: { ...given.requester, roles: roles.toReversed() },
      };
      expect(policyInput(turned)).toEqual(policyInput({ ...given, steps }));
    });
    fc.assert(property);
  });
});
