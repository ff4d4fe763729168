import { releaseStages, stopModes, stopScopes } from '@countersign/shared';
import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { StopScope } from '../../domain/kill-switch.ts';
import type { Principal } from '../../domain/principal.ts';
import { id, isId, text } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import { stepUpInput, type VerifyStepUp } from '../step-up.ts';
import { engageBy, type EngageDependencies, type ScopeSurroundings } from './engage.ts';
import { releaseBy, type ReleaseDependencies } from './release.ts';
import type { ListStops, StopView } from './stop-views.ts';

export const scopeInput = z
  .strictObject({
    kind: z.enum(stopScopes).describe('What kind of scope.'),
    value: text(200)
      .nullish()
      .describe(
        "The environment, the platform's name, the agent's UUID or the action type (repo.commit or repo.commit@1); left out for GLOBAL and TENANT.",
      ),
  })
  .meta({ id: 'StopScopeInput', description: 'What a kill switch stops.' });

/** Ids as our records have them. */
export const scopeOf = ({ kind, value = null }: z.infer<typeof scopeInput>): StopScope => ({
  kind,
  value: kind === 'AGENT' && value !== null && isId(value) ? value.toLowerCase() : value,
});

const engageInput = z
  .strictObject({
    scope: scopeInput,
    mode: z.enum(stopModes).describe('Whether what is in flight may finish.'),
    reason: z.string().describe('Why, for everybody to see.'),
    isDrill: z.boolean().nullish().meta({
      default: false,
      description: 'Everything is measured and acknowledged, and nothing is stopped.',
    }),
  })
  .meta({ id: 'EngageKillSwitchInput', description: 'What to stop, how, and why.' });

const releaseInput = z
  .strictObject({
    id: id.describe("The switch's UUID."),
    stage: z.enum(releaseStages).describe('What may go on.'),
    reason: z.string().describe('Why, for the record.'),
    stepUp: stepUpInput,
  })
  .meta({ id: 'ReleaseKillSwitchInput', description: 'Which kill switch to release, how far, and why.' });

export interface StopCommandDeps extends EngageDependencies, ReleaseDependencies {
  readonly verifyStepUp: VerifyStepUp;
  readonly scopes: (tenantId: string) => ScopeSurroundings;
  readonly listStops: ListStops;
  /** What this process knew of stops is old: who asks it next shall not be answered by that. */
  readonly forgetStops: () => void;
}

/** A switch as whoever engaged or released it sees it now. */
export interface SwitchedStop {
  readonly killSwitch: StopView;
  /** Of an engaged one: how long what was intended before took to be committed, in milliseconds; null otherwise. */
  readonly quietAfterMs: number | null;
}

const seen = async (
  { listStops }: StopCommandDeps,
  viewer: Principal,
  id: string,
  quietAfterMs: number | null,
): Promise<Outcome<SwitchedStop>> => {
  const [killSwitch] = await listStops(viewer, id);
  if (!killSwitch) throw new Error('A kill switch that was just seen is gone.');
  return accepted({ killSwitch, quietAfterMs });
};

export const createStopCommands = (deps: StopCommandDeps) => ({
  engageKillSwitch: defineCommand({
    name: 'engageKillSwitch',
    description:
      'Stops what is in the scope at once: submissions are taken in and held, nothing that waits begins, and HALT ends what is in flight too. Once it has answered, no effect in the scope can begin any more. Reading and rejecting go on. One person is enough.',
    input: engageInput,
    right: 'STOP',
    async run({ viewer }, { scope, mode, reason, isDrill }) {
      const order = { scope: scopeOf(scope), mode, reason, isDrill: isDrill ?? false };
      const trip = await engageBy(deps, deps.scopes(viewer.tenantId), viewer, order);
      deps.forgetStops();
      return trip.ok ? seen(deps, viewer, trip.value.killSwitch.id, trip.value.quietAfterMs) : trip;
    },
  }),
  releaseKillSwitch: defineCommand({
    name: 'releaseKillSwitch',
    description:
      'Lets what a kill switch stopped go on: what only reads (OBSERVE), what is of low risk too (LOW_RISK), or ALL, which ends it. Where two people must, as policy data says of GLOBAL and TENANT, the first word waits for a second person to say the same.',
    input: releaseInput,
    right: 'STOP',
    async run({ viewer }, { stepUp: given, ...order }) {
      const subject = { kind: 'RELEASE' as const, killSwitchId: order.id, stage: order.stage };
      const proof = await deps.verifyStepUp(viewer, subject, given);
      if (!proof.ok) return proof;
      const released = await releaseBy(deps, viewer, { ...order, stepUp: proof.value });
      deps.forgetStops();
      return released.ok ? seen(deps, viewer, order.id, null) : released;
    },
  }),
});

export type StopCommands = ReturnType<typeof createStopCommands>;
