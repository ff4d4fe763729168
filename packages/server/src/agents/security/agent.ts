import { defineSpecialist, deploymentAction, reportActions } from '../define-specialist.ts';

export const securityAgent = defineSpecialist(import.meta.dirname, {
  name: 'security_agent',
  title: 'Security',
  purpose: 'Finds vulnerable and exposed things, and proposes what closes them.',
  taskType: 'security_remediation',
  words: ['security', 'vulnerab', 'exposure', 'exposed', 'misconfig'],
  tools: ['query_assets', 'scan_vulns', 'check_exposure', 'cve_feed', 'risk_score'],
  actions: [deploymentAction('image'), deploymentAction('restart'), ...reportActions],
  budget: { tokens: 120_000, toolCalls: 30, timeMs: 300_000, costMicros: 2_000_000 },
  autonomyLevel: 0,
});
