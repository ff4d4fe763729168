import { metricsWindows } from '@countersign/shared';
import { z } from 'zod';
import { accepted, invalidInput, refused } from '../../domain/errors.ts';
import { meantPerhaps, nearestNames } from '../../domain/nearest.ts';
import { defineQuery } from '../operation.ts';
import type { MetricsService } from './metrics-service.ts';

export const createMetricsQueries = (
  service: Pick<MetricsService, 'report' | 'follow'>,
  platforms: () => readonly string[],
) => ({
  metrics: defineQuery({
    name: 'metrics',
    description: 'How the actions of your tenant went.',
    input: z.strictObject({
      window: z.enum(metricsWindows).nullish().describe('How far back; LAST_24_HOURS by default.'),
      platform: z
        .string()
        .nullish()
        .describe(
          'Only actions on this platform, such as `git`; all by default. A name that no platform has is refused.',
        ),
    }),
    async view({ viewer }, { window, platform }) {
      if (typeof platform === 'string' && !platforms().includes(platform))
        return refused(noSuchPlatform(platform, platforms()));
      return accepted(await service.report(viewer, window ?? 'LAST_24_HOURS', platform ?? null));
    },
  }),
  metricsUpdated: defineQuery({
    name: 'metricsUpdated',
    description: 'How the last minute went, at once and then every ten seconds.',
    input: z.strictObject({}),
    view: async ({ viewer }) => accepted(service.follow(viewer)),
  }),
});

export type MetricsQueries = ReturnType<typeof createMetricsQueries>;

/** Figures of nothing must mean that nothing was done, never that a name was misspelt. */
const noSuchPlatform = (given: string, platforms: readonly string[]) => {
  const names = platforms.map((name) => `"${name}"`).join(', ');
  return invalidInput([
    {
      path: 'platform',
      message: `there is no such platform${meantPerhaps(given, platforms) || `; there are ${names}`}`,
      suggestions: nearestNames(given, platforms),
    },
  ]);
};
