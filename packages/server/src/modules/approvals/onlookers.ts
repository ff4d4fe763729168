import { addAbortListener } from 'node:events';
import { z } from 'zod';
import { accepted, refused, type Outcome } from '../../domain/errors.ts';
import { unknownRequest } from '../../domain/eligibility.ts';
import { sightOf } from '../../domain/sight.ts';
import { endable } from '../../infra/endable.ts';
import type { Presence } from '../../infra/presence.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import { id } from '../inputs.ts';
import { defineQuery } from '../operation.ts';

/** Who else has a request before them now. */
export interface Onlookers {
  readonly principalIds: readonly string[];
  /** How many more there are. */
  readonly more: number;
}

/** As many as are named. */
const mostNamed = 20;

export interface OnlookerDependencies {
  readonly presence: Presence;
  readonly approvals: Pick<ApprovalStore, 'findById'>;
}

export const createOnlookerQueries = ({ presence, approvals }: OnlookerDependencies) => ({
  onlookers: defineQuery({
    name: 'onlookers',
    description: `Who else has an approval request before them now, ${mostNamed} at most by name, and again whenever somebody comes or goes. Whoever follows it is shown to the others for as long; nothing of it is kept. For people.`,
    isForPeople: true,
    input: z.strictObject({ approvalId: id.describe("The request's UUID.") }),
    async view({ viewer }, { approvalId }): Promise<Outcome<AsyncIterableIterator<Onlookers>>> {
      const request = await approvals.findById(sightOf(viewer), approvalId);
      if (!request) return refused(unknownRequest);
      return accepted(endable((left) => followRoom(presence, request.id, viewer.id, left)));
    },
  }),
});

export type OnlookerQueries = ReturnType<typeof createOnlookerQueries>;

async function* followRoom(
  presence: Presence,
  room: string,
  viewerId: string,
  left: AbortSignal,
): AsyncGenerator<Onlookers> {
  using _here = presence.enter(room, viewerId);
  let news = Promise.withResolvers<void>();
  const wake = (): void => {
    news.resolve();
  };
  using _heard = presence.on(room, wake);
  using _leaving = addAbortListener(left, wake);
  let last: string | null = null;
  while (!left.aborted) {
    news = Promise.withResolvers<void>();
    const others = presence.inRoom(room).filter((who) => who !== viewerId);
    if (others.join() !== last) {
      last = others.join();
      yield { principalIds: others.slice(0, mostNamed), more: Math.max(0, others.length - mostNamed) };
    } else await news.promise;
  }
}
