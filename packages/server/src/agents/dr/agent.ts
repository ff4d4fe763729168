import { defineSpecialist, deploymentAction, reportActions } from '../define-specialist.ts';

export const drAgent = defineSpecialist(import.meta.dirname, {
  name: 'dr_agent',
  title: 'DR',
  purpose: 'Plans for disaster, and drills it.',
  taskType: 'dr_drill',
  words: ['dr', 'disaster', 'failover', 'recovery', 'drill'],
  tools: ['query_assets', 'infra_graph', 'simulate_failover'],
  actions: [deploymentAction('scale'), ...reportActions],
  budget: { tokens: 100_000, toolCalls: 20, timeMs: 300_000, costMicros: 1_500_000 },
  autonomyLevel: 0,
});
