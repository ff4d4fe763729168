import { risks } from '@countersign/shared';
import type { PolicyData } from './policy-engine-settings.ts';
import { policyInput } from './policy-input.ts';
import type { ComparedDecision } from './policy-thread-work.ts';

/**
 * What rules are asked besides what was recorded, since nobody may have submitted it yet: a plan for production of one
 * change, of each risk, of each kind that people always approve and of one that no rule knows.
 */
export const plainPlans = (
  tenantId: string,
  { hardApproval }: PolicyData['settings'],
): readonly ComparedDecision[] =>
  [unknownKind, ...hardApproval.actionTypes].flatMap((actionType) =>
    risks.map((risk) => ({
      taskId: `${actionType} ${risk}`,
      revision: 1,
      // Of no rules: those in force are asked as well.
      bundleHash: '',
      outcome: 'DENY' as const,
      reasons: '[]',
      holds: '[]',
      context: '{}',
      input: JSON.stringify(planOf(tenantId, actionType, risk)),
    })),
  );

const unknownKind = 'example.act';

const planOf = (tenantId: string, actionType: string, risk: (typeof risks)[number]) =>
  policyInput({
    tenantId,
    requester: { type: 'AGENT', roles: ['SUBMITTER'], name: 'example' },
    environment: 'PRODUCTION',
    mode: 'APPLY',
    priority: 'NORMAL',
    justification: 'It is time.',
    risk,
    requiresApproval: false,
    steps: [
      {
        name: 'change',
        ordinal: 0,
        phase: 1,
        phaseName: null,
        actionType,
        version: 1,
        platform: actionType.split('.')[0] ?? actionType,
        category: 'WRITE',
        idempotency: 'NATIVE_KEY',
        reversible: true,
        network: 'INTERNAL',
        targets: [{ kind: 'thing', name: 'one' }],
        params: {},
        // As a change of infrastructure foresees it: without, it is denied, and nothing tells whom it asks.
        precondition: { added: 0, changed: 1, destroyed: 0 },
        isGate: false,
      },
    ],
    // Rules about time let a plan wait, whatever they ask of people: any moment will do.
    now: '2026-11-27T09:30:00Z',
  });
