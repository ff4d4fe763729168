import { defineSpecialist, reportActions } from '../define-specialist.ts';

export const adapterAgent = defineSpecialist(import.meta.dirname, {
  name: 'adapter_agent',
  title: 'Adapter',
  purpose: 'Reads the description of an API, and drafts what connects to it.',
  taskType: 'api_adapter',
  words: ['adapter', 'openapi', 'api', 'connect', 'integrat'],
  tools: ['query_assets', 'discover_api', 'generate_adapter'],
  actions: [...reportActions],
  budget: { tokens: 120_000, toolCalls: 20, timeMs: 300_000, costMicros: 2_000_000 },
  autonomyLevel: 0,
});
