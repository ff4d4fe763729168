/** The examples of the intent file format, by the names of their files. */
export const exampleIntents = {
  'intent-scale-up-001.json': {
    intent_type: 'scaling',
    target: 'cnf-simulator',
    namespace: 'oran-sim',
    replicas: 3,
    reason: 'Scheduled scale-up for peak hours',
    source: 'planner',
    correlation_id: 'daily-scale-001',
  },
  'intent-emergency.json': {
    intent_type: 'scaling',
    target: 'critical-service',
    namespace: 'production',
    replicas: 10,
    reason: 'Emergency response to high load',
    source: 'automation',
    priority: 'critical',
    timeout: '10s',
    correlation_id: 'emergency-2024-08-15-001',
    metadata: { alert_id: 'ALT-12345', incident_id: 'INC-67890', automated_response: true },
  },
  'intent-emergency-scale-down.json': {
    intent_type: 'scaling',
    target: 'test-workload',
    namespace: 'testing',
    replicas: 0,
    reason: 'Test environment cleanup',
    source: 'user',
    priority: 'low',
    correlation_id: 'cleanup-test-env',
  },
} as const;
