import { defineSpecialist, deploymentAction, reportActions } from '../define-specialist.ts';

export const costAgent = defineSpecialist(import.meta.dirname, {
  name: 'cost_agent',
  title: 'Cost',
  purpose: 'Finds what costs more than it brings, and proposes what to give up.',
  taskType: 'cost_optimization',
  words: ['cost', 'bill', 'spend', 'saving', 'rightsiz'],
  tools: ['query_assets', 'billing_data', 'forecast', 'recommend'],
  actions: [deploymentAction('scale'), ...reportActions],
  budget: { tokens: 100_000, toolCalls: 20, timeMs: 300_000, costMicros: 1_500_000 },
  autonomyLevel: 1,
});
