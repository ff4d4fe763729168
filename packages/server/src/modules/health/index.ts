/** Says how the installation is doing, in a report for people and a live view of platforms, and this process, to probes. */
export type { CheckSource } from './health-checks.ts';
export type { ExecutorHealthChange } from './installation-health.ts';
export type { HealthReport, HealthService, HealthServiceDependencies } from './health-service.ts';
export type { ProbeAnswer, Probes } from './probes.ts';
export { HealthFault } from './health-checks.ts';
export { createHealthService } from './health-service.ts';
export { createHealthQueries, type HealthQueries } from './queries.ts';
