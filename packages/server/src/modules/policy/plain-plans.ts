import { risks, type Risk } from '@countersign/shared';
import type { Json } from '../../domain/json.ts';
import type { PolicyData } from './policy-engine-settings.ts';
import { policyInput } from './policy-input.ts';
import type { ComparedDecision } from './policy-thread-work.ts';

/**
 * What rules are asked besides what was recorded, since nobody may have submitted it yet: a plan for production of one
 * change, of each risk, of each kind that people always approve or that is forbidden there, and of one that no rule
 * knows.
 */
export const plainPlans = (tenantId: string, settings: PolicyData['settings']): readonly ComparedDecision[] =>
  changesOf(settings).flatMap((change) =>
    risks.map((risk) => ({
      taskId: `${change.actionType} ${risk}`,
      revision: 1,
      // Of no rules: those in force are asked as well.
      bundleHash: '',
      outcome: 'DENY' as const,
      reasons: '[]',
      holds: '[]',
      context: '{}',
      input: JSON.stringify(planOf(tenantId, change, risk)),
    })),
  );

interface Change {
  readonly actionType: string;
  readonly params: { readonly [name: string]: Json };
}

const unknownKind = 'example.act';

const changesOf = ({ hardApproval, environments }: PolicyData['settings']): readonly Change[] => [
  ...[unknownKind, ...hardApproval.actionTypes, ...environments.PRODUCTION.forbiddenActionTypes].map(
    (actionType) => ({ actionType, params: {} }),
  ),
  ...Object.entries(hardApproval.givenParams).flatMap(([actionType, params]) =>
    params.map((param) => ({ actionType, params: { [param]: [] } })),
  ),
];

const planOf = (tenantId: string, { actionType, params }: Change, risk: Risk) =>
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
        params,
        // As a change of infrastructure foresees it: without, it is denied, and nothing tells whom it asks.
        precondition: { added: 0, changed: 1, destroyed: 0 },
        isGate: false,
      },
    ],
    // Rules about time let a plan wait, whatever they ask of people: any moment will do.
    now: '2026-11-27T09:30:00Z',
  });
