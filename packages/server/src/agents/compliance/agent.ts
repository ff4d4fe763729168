import { defineSpecialist, reportActions } from '../define-specialist.ts';

export const complianceAgent = defineSpecialist(import.meta.dirname, {
  name: 'compliance_agent',
  title: 'Compliance',
  purpose: 'Checks controls, and writes down the evidence.',
  taskType: 'compliance_audit',
  words: ['complian', 'audit', 'control', 'evidence', 'soc2', 'cis'],
  tools: ['query_assets', 'check_controls', 'check_control', 'generate_evidence'],
  actions: [...reportActions],
  budget: { tokens: 100_000, toolCalls: 30, timeMs: 300_000, costMicros: 1_500_000 },
  autonomyLevel: 1,
});
