import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { defineQuery } from '../operation.ts';
import type { HealthService } from './health-service.ts';

export const createHealthQueries = (service: Pick<HealthService, 'report' | 'follow'>) => ({
  health: defineQuery({
    name: 'health',
    description:
      'How the whole installation is doing: its processes, and the platforms that they call. Each process reports every five seconds, and at once when a platform changes; one that is silent for 15 seconds counts as gone.',
    input: z.strictObject({}),
    view: async () => accepted(await service.report()),
  }),
  healthChanged: defineQuery({
    name: 'healthChanged',
    description:
      "Each change of a platform's status from now on, whichever process sees it. What lasts for less than a second or two may be left out; the last change never is.",
    input: z.strictObject({}),
    view: async () => accepted(await service.follow()),
  }),
});

export type HealthQueries = ReturnType<typeof createHealthQueries>;
