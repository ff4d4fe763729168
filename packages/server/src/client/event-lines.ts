import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Api } from './api.ts';
import { CommandError, exitCodes } from './exit-codes.ts';

export const eventAnswer = z.object({
  seq: z.string(),
  type: z.string(),
  at: z.string(),
  summary: z.string(),
  data: z.unknown(),
});

export type EventAnswer = z.output<typeof eventAnswer>;

const endSchema = z.object({ status: z.string() });

/** A server that restarts is back in less. */
const triesInARow = 30;
const betweenTriesMs = 1_000;

/** The events of a task after a place, each once, until it has ended; gone on with where a stream breaks off. */
export async function* eventsOf(
  api: Api,
  taskId: string,
  after: string | null,
): AsyncGenerator<EventAnswer, string | null> {
  let last = after;
  for (let tries = 0; tries < triesInARow; tries += 1) {
    try {
      const headers = last === null ? {} : { 'last-event-id': last };
      const body = await api.stream(`/tasks/${encodeURIComponent(taskId)}/events`, { headers });
      if (!body) return null;
      for await (const { event, data } of messagesOf(body)) {
        if (event === 'end') return endSchema.parse(JSON.parse(data)).status;
        const told = eventAnswer.parse(JSON.parse(data));
        last = told.seq;
        tries = 0;
        yield told;
      }
    } catch (error) {
      if (error instanceof CommandError && error.code !== exitCodes.unreachable) throw error;
    }
    await delay(betweenTriesMs);
  }
  throw new CommandError(exitCodes.unreachable, 'The stream broke off, and the server does not come back.');
}

interface Message {
  readonly event: string;
  readonly data: string;
}

/** Server-sent events, as far as this server writes them: one line of data each. */
export async function* messagesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = fieldOf(block, 'data');
      if (data !== undefined) yield { event: fieldOf(block, 'event') ?? 'message', data };
    }
  }
}

const fieldOf = (block: string, name: string): string | undefined =>
  block
    .split('\n')
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2);
