import type { GraphQLSchema } from 'graphql';
import { addAccessSchema } from './access-schema.ts';
import { createPrincipalLoader } from './principal-loader.ts';
import { addAgentRecordSchema } from './agent-record-schema.ts';
import { addAlertSchema } from './alert-schema.ts';
import { addApprovalSchema } from './approval-schema.ts';
import { addAttentionSchema } from './attention-schema.ts';
import { addAutonomySchema } from './autonomy-schema.ts';
import { addAuditSchema } from './audit-schema.ts';
import { addBackupSchema, addRestoreSchema } from './backup-schema.ts';
import { addEventSchema } from './event-schema.ts';
import { addRunSchema } from './run-schema.ts';
import { addExecutorControl } from './executor-control-schema.ts';
import { addExecutorsSchema } from './executors-schema.ts';
import { addFeedbackSchema } from './feedback-schema.ts';
import { addGrantSchema } from './grant-schema.ts';
import { addSourceSchema } from './source-schema.ts';
import { addInventorySchema } from './inventory-schema.ts';
import { addToolSchema } from './tool-schema.ts';
import { addHealthSchema } from './health-schema.ts';
import { addLogEntryType } from './log-entry-type.ts';
import { addMetricsSchema } from './metrics-schema.ts';
import { addPasskeySchema } from './passkey-schema.ts';
import { addPlanSchema } from './plan-schema.ts';
import { addPoliciesSchema } from './policies-schema.ts';
import { addPolicySchema } from './policy-schema.ts';
import { addDeadLetterSchema } from './dead-letter-schema.ts';
import { addKillSwitchSchema } from './kill-switch-schema.ts';
import { addLockSchema } from './lock-schema.ts';
import { addProofSchema } from './proof-schema.ts';
import { addRetentionSchema } from './retention-schema.ts';
import { addQueueSchema } from './queue-schema.ts';
import { addNotificationSchema } from './notification-schema.ts';
import { addWebhookSchema } from './webhook-schema.ts';
import { addSimulation } from './task-mutations.ts';
import { traceLinks } from '../../shared/trace-links.ts';
import { addTaskSchema, createTaskLoader } from './task-schema.ts';
import type { Monitoring } from '../../../monitoring.ts';
import type { Operations } from '../../../operations.ts';
import type { Views } from '../../../operations/views.ts';
import type { Services } from '../../../services.ts';
import { assertRulesForAll } from './authorization-rules.ts';
import { createBuilder } from './builder.ts';
import { addCapabilitiesSchema } from './capabilities-schema.ts';
import { addConfigurationSchema } from './configuration-schema.ts';
import { addPlanningSchema } from './planning-schema.ts';
import { addConnectedServersSchema } from './connected-servers-schema.ts';
import { addPlatformsSchema } from './platforms-schema.ts';
import { boundInputs } from './input-bounds.ts';
import { meterFields } from './metered-fields.ts';
import { createRefs } from './refs.ts';

export interface SchemaSources {
  readonly operations: Operations;
  readonly views: Views;
  readonly services: Services;
  readonly monitoring: Monitoring;
  /** Where people reach us, once the server listens. */
  readonly originOf: () => string;
}

/** The one schema, for HTTP and sockets. */
export const createSchema = ({
  operations,
  views,
  services,
  monitoring,
  originOf,
}: SchemaSources): GraphQLSchema => {
  const { access, tasks, approvals, events, clock } = services;
  const builder = createBuilder();
  const refs = createRefs(builder);
  const loadPrincipal = createPrincipalLoader(access);
  const loadTask = createTaskLoader(tasks);
  addAccessSchema(builder, refs, { ...access, operations }, originOf);
  addTaskSchema(builder, refs, {
    operations,
    loadPrincipal,
    loadTask,
    linkToTrace: traceLinks(services.live.now),
  });
  const plans = addPlanSchema(builder, refs, views);
  const policy = addPolicySchema(builder, refs, views.findDecisions, operations);
  addPoliciesSchema(builder, refs, { operations, services, loadPrincipal, loadTask, policy });
  addSimulation(refs, operations, { ...plans, ...policy });
  addApprovalSchema(builder, refs, {
    operations,
    service: approvals,
    policy,
    plans,
    loadTask,
    loadPrincipal,
    findDeciders: access.findDeciders,
    findEndedDecoys: services.stores.decoys.findEnded,
    findStop: services.findStop,
    clock,
    originOf,
  });
  addPasskeySchema(builder, refs, operations);
  addAttentionSchema(builder, refs, { operations, ...services.stores, clock });
  addRunSchema(builder, refs, {
    operations,
    runs: views.runs,
    loadPlan: plans.load,
    loadPrincipal,
    loadTask,
  });
  addSourceSchema(builder, refs, { operations, loadPrincipal });
  const { feedback } = addFeedbackSchema(builder, refs, {
    operations,
    feedback: views.feedback,
    loadPrincipal,
  });
  addExecutorsSchema(builder, refs, operations);
  const { agent } = addAutonomySchema(builder, refs, operations);
  addAgentRecordSchema(builder, refs, { agent, feedback, agents: views.agents });
  addPlanningSchema(builder, refs, { operations, ...views });
  addGrantSchema(builder, refs, { operations, grants: views.grants, loadPrincipal, loadTask, clock });
  addCapabilitiesSchema(builder, refs, operations);
  addConfigurationSchema(builder, refs, operations);
  addInventorySchema(builder, refs, { operations, findImports: views.findImports, loadPrincipal });
  addToolSchema(builder, refs, operations);
  addDeadLetterSchema(builder, refs, operations);
  addLockSchema(builder, refs, operations);
  addKillSwitchSchema(builder, refs, operations);
  addPlatformsSchema(builder, refs, operations);
  addConnectedServersSchema(builder, refs, operations);
  addLogEntryType(refs, { cursorOf: events.cursorOf, loadPrincipal });
  addEventSchema(builder, refs, { operations, loadTask });
  addAuditSchema(builder, refs, operations);
  addProofSchema(builder, refs, operations);
  addRetentionSchema(builder, refs, { operations, loadPrincipal });
  addBackupSchema(builder, refs, { operations, loadPrincipal });
  addRestoreSchema(builder, refs, { operations, loadPrincipal, clock });
  const queue = addQueueSchema(builder, refs, operations, monitoring.queue);
  addMetricsSchema(builder, refs, operations);
  const executor = addHealthSchema(builder, refs, operations, queue);
  addAlertSchema(builder, refs, operations);
  addWebhookSchema(builder, refs, operations);
  addNotificationSchema(builder, refs, operations);
  addExecutorControl(builder, refs, executor, {
    operations,
    controls: services.controls,
    findExecutor: monitoring.health.findExecutor,
    readLoads: monitoring.queue.platformLoads,
    isSandbox: (platform) => services.sandbox?.platforms.has(platform) ?? false,
  });
  const schema = builder.toSchema();
  assertRulesForAll(schema);
  boundInputs(schema);
  meterFields(schema);
  return schema;
};
