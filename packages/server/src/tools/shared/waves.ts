import { environments, type Environment } from '@countersign/shared';
import { z } from 'zod';
import type { Asset } from '../../domain/asset.ts';
import { phasesOf, rolloutFaults, rolloutLimits, type RolloutRequest } from '../../domain/rollout.ts';
import { invalidInput, type Refusal } from '../../domain/errors.ts';

/** How a plan goes over its assets. */
export const rolloutQuestion = {
  canary: z.int().min(1).max(100).default(2).describe('Assets of the first phase.'),
  batchPercent: z
    .int()
    .min(1)
    .max(100)
    .default(rolloutLimits.productionPercent)
    .describe('Of all, what each later phase holds at most; 20 at most in production.'),
  soakMs: z.int().min(0).max(86_400_000).default(0).describe('How long each phase is watched.'),
};

export const phaseOutput = z.object({ name: z.string(), assets: z.array(z.string()) });

export const rolloutOutput = {
  environment: z.enum(environments).nullable(),
  rollout: z.object({ canary: z.int(), batchPercent: z.int(), soakMs: z.int() }),
  phases: z.array(phaseOutput),
};

type Rollout = Pick<RolloutRequest, 'canary' | 'batchPercent' | 'soakMs'>;

/** Waves by name: the same assets make the same waves. What cannot be rolled out so is refused. */
export const wavesOf = (
  assets: readonly Asset[],
  rollout: Rollout,
):
  | { readonly refusal: Refusal }
  | {
      readonly environment: Environment | null;
      readonly phases: z.output<typeof phaseOutput>[];
    } => {
  const environment = strictest(assets);
  const request = { ...rollout, canary: Math.min(rollout.canary, assets.length), errorBudget: 0 };
  if (assets.length > rolloutLimits.targets)
    return {
      refusal: invalidInput([
        {
          path: 'search',
          message: `must name at most ${rolloutLimits.targets} assets: ${assets.length} match. Narrow it.`,
        },
      ]),
    };
  const faults =
    assets.length === 0 ? [] : rolloutFaults(assets.length, request, environment ?? 'PRODUCTION', '');
  if (faults.length > 0)
    return {
      refusal: invalidInput(faults.map((fault) => ({ ...fault, path: fault.path.replace('.rollout.', '') }))),
    };
  const phases = phasesOf(assets.length, request).map(({ name, places }) => ({
    name,
    assets: places.flatMap((place) => assets[place]?.name ?? []),
  }));
  return { environment, phases };
};

/** Where any of them is; what is nowhere counts as production where rules are asked. */
const strictest = (assets: readonly Asset[]): Environment | null => {
  const present = new Set(assets.map(({ environment }) => environment));
  return environments.toReversed().find((one) => present.has(one)) ?? null;
};

/** Markdown of phases, for a plan that people read. */
export const phasesInWords = (phases: readonly z.output<typeof phaseOutput>[]): string =>
  phases
    .map(({ name, assets }) => {
      const shown = assets.slice(0, 5).join(', ');
      return `- **${name}**: ${assets.length} (${shown}${assets.length > 5 ? ', …' : ''})`;
    })
    .join('\n');
