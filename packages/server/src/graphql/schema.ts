import type { GraphQLSchema } from 'graphql';
import type { Logger } from '../infra/logger.ts';
import { addAccessSchema, createPrincipalLoader } from '../modules/access/index.ts';
import { addApprovalSchema } from '../modules/approvals/index.ts';
import { addAuditSchema } from '../modules/audit/index.ts';
import { addEventSchema } from '../modules/events/index.ts';
import { addRunSchema } from '../modules/execution/index.ts';
import { addExecutorsSchema } from '../modules/executors/index.ts';
import { addHealthSchema } from '../modules/health/index.ts';
import { addMetricsSchema } from '../modules/metrics/index.ts';
import { addPlanSchema, planReader } from '../modules/planning/index.ts';
import { addPolicySchema } from '../modules/policy/index.ts';
import { addQueueSchema } from '../modules/queue/index.ts';
import { addTaskSchema, createTaskLoader } from '../modules/tasks/index.ts';
import type { Monitoring } from '../monitoring.ts';
import type { Services } from '../services.ts';
import { assertRulesForAll } from './authorization-rules.ts';
import { createBuilder } from './builder.ts';
import { addCapabilitiesSchema } from './capabilities-schema.ts';
import { boundInputs } from './input-bounds.ts';
import { meterFields } from './metered-fields.ts';
import { createRefs } from './refs.ts';

/** The one schema, for HTTP and sockets. */
export const createSchema = (
  services: Services,
  monitoring: Monitoring,
  logger: Logger,
  originOf: () => string,
): GraphQLSchema => {
  const { database, access, tasks, approvals, stores, events, executors, clock } = services;
  const builder = createBuilder();
  const refs = createRefs(builder);
  const loadPrincipal = createPrincipalLoader(access);
  const loadTask = createTaskLoader(tasks);
  addAccessSchema(builder, refs, access, originOf);
  addTaskSchema(builder, refs, tasks, loadTask, loadPrincipal);
  const plans = addPlanSchema(builder, refs, stores.plans, planReader, logger);
  const policy = addPolicySchema(builder, refs, stores.decisions);
  addApprovalSchema(builder, refs, {
    service: approvals,
    policy,
    plans,
    loadTask,
    loadPrincipal,
    clock,
  });
  addRunSchema(builder, refs, database, stores.runs);
  addExecutorsSchema(builder, refs, executors.registry);
  addCapabilitiesSchema(builder, refs, services.reach);
  addEventSchema(builder, refs, { service: events, loadTask, loadPrincipal });
  addAuditSchema(builder, refs, events, loadPrincipal);
  const queue = addQueueSchema(builder, refs, monitoring.queue);
  addMetricsSchema(builder, refs, monitoring.metrics);
  addHealthSchema(builder, refs, monitoring.health, queue);
  const schema = builder.toSchema();
  assertRulesForAll(schema);
  boundInputs(schema);
  meterFields(schema);
  return schema;
};
