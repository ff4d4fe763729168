/** Says how this process is doing: a report for people, a live view of platforms, and the answers to probes. */
export type { CheckSource } from './health-checks.ts';
export type { HealthReport, HealthService, HealthServiceDependencies } from './health-service.ts';
export type { ProbeAnswer, Probes } from './probes.ts';
export { HealthFault } from './health-checks.ts';
export { createHealthService } from './health-service.ts';
