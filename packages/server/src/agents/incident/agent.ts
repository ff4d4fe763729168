import { defineSpecialist, deploymentAction, fleetAction, reportActions } from '../define-specialist.ts';

export const incidentAgent = defineSpecialist(import.meta.dirname, {
  name: 'incident_agent',
  title: 'Incident',
  purpose: 'Looks into an incident, and proposes what mends it.',
  taskType: 'incident_response',
  words: ['incident', 'outage', 'alert', 'restart', 'crash', 'error'],
  tools: ['query_assets', 'query_logs', 'correlate_events', 'infra_graph'],
  actions: [
    fleetAction('restart'),
    deploymentAction('restart'),
    deploymentAction('scale'),
    deploymentAction('image'),
    ...reportActions,
  ],
  budget: { tokens: 150_000, toolCalls: 40, timeMs: 300_000, costMicros: 2_500_000 },
  autonomyLevel: 1,
});
