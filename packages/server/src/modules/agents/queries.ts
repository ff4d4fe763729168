import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { Specialist } from '../../domain/specialist.ts';
import type { PlanningStore, SpecialistCounts } from '../../record/planning-store.ts';
import { defineQuery } from '../operation.ts';
import type { Planner } from './planner-port.ts';

/** A specialist, who plans for it, and what its plans came to within ninety days. */
export interface SpecialistView extends Omit<Specialist, 'prompt' | 'words'> {
  /** `scripted`, or the model that is asked first. */
  readonly planner: string;
  readonly track: Omit<SpecialistCounts, 'agent'>;
}

const nothing: Omit<SpecialistCounts, 'agent'> = {
  planned: 0,
  refused: 0,
  succeeded: 0,
  failed: 0,
  rejected: 0,
  tokens: 0,
  costMicros: 0,
};

export const createAgentQueries = ({
  specialists,
  plannersOf,
  plannings,
}: {
  readonly specialists: readonly Specialist[];
  readonly plannersOf: (specialist: Specialist) => readonly Planner[];
  readonly plannings: Pick<PlanningStore, 'counts'>;
}) => ({
  specialists: defineQuery({
    name: 'specialists',
    description:
      'The agents that plan goals which come without actions: what each reads, may propose and spend, and what its plans came to within ninety days.',
    input: z.strictObject({}),
    async view({ viewer }) {
      const counts = await plannings.counts(viewer.tenantId);
      return accepted(
        specialists.map((specialist): SpecialistView => {
          const { prompt: _prompt, words: _words, ...shown } = specialist;
          const { agent: _agent, ...track } = counts.find(({ agent }) => agent === specialist.name) ?? {
            agent: '',
            ...nothing,
          };
          return { ...shown, planner: plannersOf(specialist)[0]?.name ?? 'none', track };
        }),
      );
    },
  }),
});

export type AgentQueries = ReturnType<typeof createAgentQueries>;
