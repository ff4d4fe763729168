import { defineSpecialist, deploymentAction, fleetAction, reportActions } from '../define-specialist.ts';

export const driftAgent = defineSpecialist(import.meta.dirname, {
  name: 'drift_agent',
  title: 'Drift',
  purpose: 'Finds servers and deployments that are not as they should be, and brings them back.',
  taskType: 'drift_remediation',
  words: ['drift', 'golden', 'baseline', 'converge'],
  tools: ['query_assets', 'get_golden_image', 'compare_versions', 'generate_patch_plan'],
  actions: [
    fleetAction('patch'),
    fleetAction('image'),
    fleetAction('restart'),
    deploymentAction('image'),
    deploymentAction('restart'),
    ...reportActions,
  ],
  budget: { tokens: 120_000, toolCalls: 30, timeMs: 300_000, costMicros: 2_000_000 },
  autonomyLevel: 1,
});
