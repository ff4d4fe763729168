import { addAbortListener } from 'node:events';
import { z } from 'zod';
import { accepted, refused } from '../../../domain/errors.ts';
import { endable } from '../../../infra/endable.ts';
import type { PlacedEvent } from '../../../modules/webhooks/index.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestCall, RestRoute } from '../rest-route.ts';
import { withTicks } from '../ticks.ts';
import { tooManyWait } from '../../shared/waiting.ts';

const lastEventId = 'Last-Event-ID';
const heartbeatMs = 15_000;
/** Whoever goes on listening comes back, and balances over the nodes again. */
const longestMs = 30 * 60_000;

const listOf = (value: unknown): string[] | undefined =>
  typeof value === 'string' ? value.split(',').map((each) => each.trim()) : undefined;

export const eventsRoute = ({ operations, waiting }: RestDeps): RestRoute => {
  const { outgoingEvents } = operations;
  const cursor = z.string().max(64).optional().describe('The id of the last event that you have.');
  const inputOf = (given: Readonly<Record<string, unknown>>) => ({
    after: given['lastEventId'] ?? given['after'],
    types: listOf(given['types']),
  });
  return {
    method: 'GET',
    path: '/api/actions/events',
    id: 'actionEvents',
    description:
      'What happens, as server-sent events with the names and shapes that webhooks have: `action:completed`, `approval:pending` … Each has its place as id; a comment comes every 15 seconds. Come back with Last-Event-ID.',
    parameters: [
      { in: 'query', name: 'after', schema: cursor },
      {
        in: 'query',
        name: 'types',
        schema: z.string().max(500).optional().describe('Of these alone, separated by commas.'),
      },
      { in: 'header', name: lastEventId, field: 'lastEventId', schema: cursor },
    ],
    answers: { 200: { description: 'The events.', schema: z.string(), contentType: 'text/event-stream' } },
    faultsOf: (given) => outgoingEvents.faultsOf(inputOf(given)),
    async answer(call, given) {
      const place = waiting.enter(call.viewer);
      if (!place) return refused(tooManyWait);
      const followed = await outgoingEvents.execute(call, inputOf(given));
      if (!followed.ok) {
        place[Symbol.dispose]();
        return followed;
      }
      addAbortListener(call.signal, () => place[Symbol.dispose]());
      const source = followed.value;
      return accepted({ status: 200, stream: endable((left) => tellAll(call, source, left)) });
    },
  };
};

async function* tellAll(
  call: RestCall,
  source: AsyncIterableIterator<PlacedEvent>,
  left: AbortSignal,
): AsyncGenerator<string> {
  let isOver = false;
  const stop = (): void => {
    isOver = true;
    source.return?.().catch(() => undefined);
  };
  using _left = addAbortListener(left, stop);
  using _leaving = addAbortListener(call.signal, stop);
  using _standing = call.whileStanding(stop);
  try {
    if (call.signal.aborted || left.aborted || !(await call.mayGoOn())) return;
    yield 'retry: 2000\n\n';
    const begun = performance.now();
    for await (const event of withTicks(source, () => heartbeatMs)) {
      if (isOver || performance.now() - begun > longestMs) return;
      if (event !== null)
        yield `id: ${event.cursor}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`;
      else yield ': nothing new\n\n';
    }
  } finally {
    stop();
  }
}
