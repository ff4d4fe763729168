import { defineSpecialist, deploymentAction, fleetAction, reportActions } from '../define-specialist.ts';

export const patchAgent = defineSpecialist(import.meta.dirname, {
  name: 'patch_agent',
  title: 'Patch',
  purpose: 'Rolls patches out over a fleet, the riskiest first and a canary before all.',
  taskType: 'patch_rollout',
  words: ['patch', 'cve', 'upgrade', 'release', 'rollout'],
  tools: ['query_assets', 'cve_feed', 'risk_score', 'generate_rollout'],
  actions: [fleetAction('patch'), fleetAction('restart'), deploymentAction('image'), ...reportActions],
  budget: { tokens: 120_000, toolCalls: 30, timeMs: 300_000, costMicros: 2_000_000 },
  autonomyLevel: 1,
});
