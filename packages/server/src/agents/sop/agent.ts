import { defineSpecialist, deploymentAction, reportActions } from '../define-specialist.ts';

export const sopAgent = defineSpecialist(import.meta.dirname, {
  name: 'sop_agent',
  title: 'SOP',
  purpose: 'Does routine work by the book: scaling, messages, cards, pages.',
  taskType: 'sop_execution',
  words: ['sop', 'procedure', 'runbook', 'scal', 'message', 'post', 'card', 'page', 'announce', 'replica'],
  tools: ['query_assets', 'generate_sop', 'validate_sop', 'execute_sop'],
  actions: [deploymentAction('scale'), deploymentAction('restart'), ...reportActions],
  budget: { tokens: 80_000, toolCalls: 20, timeMs: 300_000, costMicros: 1_000_000 },
  autonomyLevel: 1,
});
