import type { Plan, PlanStep } from '../../graphql/fragments.ts';

/** As the server gives them, with nothing remarkable. */
export const stepSample = (parts: Partial<PlanStep>): PlanStep => ({
  name: 'step',
  ordinal: 0,
  phase: 1,
  actionType: 'kubernetes.deployment.image',
  version: 1,
  platform: 'kubernetes',
  category: 'DEPLOY',
  idempotency: 'CONDITIONAL',
  reversible: true,
  kind: 'ACTION',
  expect: null,
  canBeUndone: true,
  fallbackFor: null,
  timeoutMs: 30_000,
  references: [],
  params: {},
  dependsOn: [],
  after: [],
  summary: '',
  precondition: null,
  positions: [],
  targets: [],
  findings: [],
  diffs: [],
  ...parts,
});

export const planSample = (parts: Partial<Plan>): Plan => ({
  revision: 1,
  hash: 'h',
  summary: '',
  risk: 'LOW',
  riskFactors: [],
  reversible: true,
  transactional: false,
  createdAt: '',
  phases: [],
  steps: [],
  ...parts,
});
