import { addAbortListener } from 'node:events';
import { isFinalStatus } from '@countersign/shared';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Event } from '../../domain/events.ts';
import type { Task } from '../../domain/task.ts';
import { endable } from '../../infra/endable.ts';
import type { Page } from '../../modules/inputs.ts';
import type { Operations } from '../../operations.ts';
import type { RestCall } from './rest-route.ts';
import { eventJson, wordOf } from '../shared/task-json.ts';
import { withTicks } from './ticks.ts';

type Source = Pick<Operations, 'task' | 'taskEvents' | 'events' | 'eventCursor' | 'auditEntries'>;

/** Of a task that has ended: what else that transaction recorded follows at once. */
const quietMs = 250;
const heartbeatMs = 15_000;
/** Whoever goes on listening comes back, and balances over the nodes again. */
const longestMs = 30 * 60_000;
/** Within so many of its last events is the one that says that a task has ended. */
const lastEvents = 20;
const pageSize = 200;

const endings: ReadonlySet<string> = new Set([
  'task.succeeded',
  'task.failed',
  'task.denied',
  'task.rejected',
  'task.expired',
  'task.cancelled',
  'task.rolled_back',
]);

/**
 * What happened to a task after a place, then what happens, as server-sent events: each once and in order. Null where
 * it has ended and nothing follows.
 */
export const followTask = async (
  operations: Source,
  call: RestCall,
  task: Task,
  after: string | null,
): Promise<Outcome<AsyncIterableIterator<string> | null>> => {
  const { taskEvents, events, eventCursor } = operations;
  // From here on live; what came before is read from the log.
  const end = await eventCursor.execute(call, {});
  if (!end.ok) return end;
  const first = await taskEvents.execute(call, { taskId: task.id, after, first: pageSize });
  if (!first.ok) return first;
  const hasAll = after !== null && first.value.nodes.length === 0;
  if (hasAll && isFinalStatus(task.status) && (await saysItEnded(operations, call, task)))
    return accepted(null);
  const live = await events.execute(call, { after: end.value, filter: { taskId: task.id } });
  if (!live.ok) return live;
  const told = { operations, call, task, first: first.value, live: live.value };
  return accepted(endable((signal) => tellAll(told, signal)));
};

/** Readers see events a moment after they became true: whether those that end it are among them. */
const saysItEnded = async (
  { auditEntries }: Source,
  call: RestCall,
  { id: taskId }: Task,
): Promise<boolean> => {
  const newest = await auditEntries.execute(call, { filter: { taskId }, first: lastEvents });
  return newest.ok && newest.value.nodes.some(({ type }) => endings.has(type));
};

interface StreamParts {
  readonly operations: Source;
  readonly call: RestCall;
  readonly task: Task;
  readonly first: Page<Event>;
  readonly live: AsyncIterableIterator<Event>;
}

async function* tellAll(
  { operations, call, task, first, live }: StreamParts,
  left: AbortSignal,
): AsyncGenerator<string> {
  let isOver = false;
  const stop = (): void => {
    isOver = true;
    live.return?.().catch(() => undefined);
  };
  using _left = addAbortListener(left, stop);
  using _leaving = addAbortListener(call.signal, stop);
  using _standing = call.whileStanding(stop);
  const line = createLine(first.cursorOf);
  try {
    // What ended while the stream was being made told nobody.
    if (call.signal.aborted || left.aborted || !(await call.mayGoOn())) return;
    yield 'retry: 2000\n\n';
    const isWhole = yield* pagesFrom(operations, call, task, first, line, () => isOver);
    // Whoever comes back with the last that they got misses nothing; what is live would leave some out.
    if (!isWhole) return;
    const begun = performance.now();
    let toldAt = begun;
    for await (const event of withTicks(live, () => (line.hasEnded() ? quietMs : heartbeatMs))) {
      if (isOver || performance.now() - begun > longestMs) return;
      if (event !== null) {
        if (line.isNew(event)) yield line.tell(event);
        continue;
      }
      const status =
        line.hasEnded() || isFinalStatus(task.status) ? await finalStatus(operations, call, task) : null;
      if (status !== null) return void (yield `event: end\ndata: ${JSON.stringify({ status })}\n\n`);
      if (performance.now() - toldAt < heartbeatMs) continue;
      toldAt = performance.now();
      yield ': nothing new\n\n';
    }
  } finally {
    stop();
  }
}

/** In the word of this door; null where it goes on. */
const finalStatus = async ({ task }: Source, call: RestCall, { id }: Task) => {
  const found = await task.execute(call, { id });
  const status = found.ok ? found.value?.status : undefined;
  return status && isFinalStatus(status) ? wordOf(status) : null;
};

/** False where not all of it could be read. */
async function* pagesFrom(
  { taskEvents }: Source,
  call: RestCall,
  { id: taskId }: Task,
  first: Page<Event>,
  line: Pick<Line, 'tell'>,
  isOver: () => boolean,
): AsyncGenerator<string, boolean> {
  for (let page = first; ;) {
    for (const event of page.nodes) {
      if (isOver()) return false;
      yield line.tell(event);
    }
    const last = page.nodes.at(-1);
    if (!page.hasNextPage || !last) return true;
    const next = await taskEvents.execute(call, { taskId, after: page.cursorOf(last), first: pageSize });
    if (!next.ok) return false;
    page = next.value;
  }
}

type Line = ReturnType<typeof createLine>;

/** Each event once: what was read from the log may come again from where it goes live. */
const createLine = (cursorOf: Page<Event>['cursorOf']) => {
  let last = -1n;
  let isEnded = false;
  return {
    isNew: ({ seq }: Event): boolean => seq > last,
    hasEnded: (): boolean => isEnded,
    tell(event: Event): string {
      last = event.seq;
      if (event.type.startsWith('task.')) isEnded = endings.has(event.type);
      const seq = cursorOf(event);
      return `id: ${seq}\ndata: ${JSON.stringify(eventJson(event, seq))}\n\n`;
    },
  };
};
