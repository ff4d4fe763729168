import { addAbortListener } from 'node:events';
import type { Event } from '../../domain/events.ts';
import { endable } from '../../infra/endable.ts';

/** What is loaded now, and again at every event; ends at once where there is nothing. */
export const updatesAt = <Value>(
  events: AsyncIterableIterator<Event>,
  load: () => Promise<Value | null>,
): AsyncIterableIterator<Value> =>
  endable(async function* (signal) {
    using _leaving = addAbortListener(signal, () => void events.return?.());
    const first = await load();
    if (!first) return void (await events.return?.());
    yield first;
    for await (const _event of events) {
      const value = await load();
      if (value) yield value;
    }
  });
