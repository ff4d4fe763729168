import { defineSpecialist, deploymentAction, fleetAction, reportActions } from '../define-specialist.ts';

export const imageAgent = defineSpecialist(import.meta.dirname, {
  name: 'image_agent',
  title: 'Image',
  purpose: 'Keeps golden images: which one is in use, whether a new one holds, and where it goes.',
  taskType: 'image_lifecycle',
  words: ['image', 'ami', 'container'],
  tools: ['query_assets', 'get_golden_image', 'build_image', 'validate', 'promote', 'scan_vulns'],
  actions: [fleetAction('image'), deploymentAction('image'), ...reportActions],
  budget: { tokens: 100_000, toolCalls: 20, timeMs: 300_000, costMicros: 1_500_000 },
  autonomyLevel: 1,
});
