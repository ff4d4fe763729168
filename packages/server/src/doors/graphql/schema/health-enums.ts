import type { HealthStatus, MetricsWindow, ProcessRole } from '@countersign/shared';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

export const addHealthEnums = (builder: Builder) => ({
  healthStatus: enumOf<HealthStatus>(builder, 'HealthStatus', 'How well a part works.', {
    HEALTHY: 'As it should.',
    DEGRADED: 'It works, and something is wrong.',
    DOWN: 'It does not work.',
  }),
  processRole: enumOf<ProcessRole>(builder, 'ProcessRole', 'What a process of the installation does.', {
    ALL: 'It answers callers and runs steps.',
    API: 'It answers callers.',
    WORKER: 'It runs steps.',
  }),
  metricsWindow: enumOf<MetricsWindow>(builder, 'MetricsWindow', 'How far back figures look.', {
    LAST_HOUR: '60 points of a minute.',
    LAST_6_HOURS: '72 points of five minutes.',
    LAST_24_HOURS: '96 points of a quarter of an hour.',
    LAST_7_DAYS: '168 points of an hour.',
  }),
});
