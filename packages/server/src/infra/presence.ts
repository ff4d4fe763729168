import type { Database } from './database.ts';
import type { Logger } from './logger.ts';

/** Who is in a room now, on whichever node: held in memory, told by notifications, and kept nowhere. */
export interface Presence extends AsyncDisposable {
  /** Is there until it is disposed of. */
  enter(room: string, who: string): Disposable;
  /** The longest there first. */
  inRoom(room: string): readonly string[];
  /** Calls back when somebody comes or goes. */
  on(room: string, listener: () => void): Disposable;
}

/** From a node: who of its own is there, or has gone. */
type PresenceChange = readonly [room: string, who: string, isHere: boolean];

const channel = 'countersign_presence';
/** What happens within this time is told together, and a door that is opened and shut is told once. */
const coalesceMs = 250;
/** A node says so often who is there; whom nobody speaks of for `goneAfterMs` is gone. */
const heartbeatMs = 10_000;
const goneAfterMs = 25_000;
/** A notification holds 8,000 bytes. */
const perMessage = 40;
/** Of other nodes; beyond it, who comes is not seen from here. */
const mostKnown = 10_000;

export const createPresence = async (
  database: Pick<Database, 'listen' | 'query'>,
  logger: Logger,
): Promise<Presence> => {
  const listeners = new Map<string, Set<() => void>>();
  const changed = (room: string): void => listeners.get(room)?.forEach((listener) => listener());
  const own = new Map<string, Map<string, number>>();
  const others = createOthers(changed);
  const announcer = await createAnnouncer(
    database,
    logger,
    others.hear,
    (room, who) => own.get(room)?.has(who) ?? false,
  );
  const heartbeat = setInterval(() => {
    others.forgetTheSilent();
    announcer.tell(
      [...own].flatMap(([room, there]) => [...there.keys()].map((who): PresenceChange => [room, who, true])),
    );
  }, heartbeatMs);
  heartbeat.unref();

  /** Comes or leaves once more, in one of several pages. */
  const move = (room: string, who: string, by: 1 | -1): void => {
    const there = own.get(room) ?? new Map<string, number>();
    const times = there.get(who) ?? 0;
    if (times + by > 0) own.set(room, there.set(who, times + by));
    else if (there.delete(who) && there.size === 0) own.delete(room);
    if (times > 0 === times + by > 0) return;
    changed(room);
    announcer.note(room, who);
  };
  return {
    enter(room, who) {
      move(room, who, 1);
      let isIn = true;
      return {
        [Symbol.dispose]() {
          if (isIn) move(room, who, -1);
          isIn = false;
        },
      };
    },
    inRoom: (room) => [...new Set([...(own.get(room)?.keys() ?? []), ...others.inRoom(room)])],
    on(room, listener) {
      const there = listeners.get(room) ?? new Set();
      listeners.set(room, there.add(listener));
      return {
        [Symbol.dispose]() {
          there.delete(listener);
          if (there.size === 0 && listeners.get(room) === there) listeners.delete(room);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      await announcer[Symbol.asyncDispose]();
    },
  };
};

/** Who is where on other nodes, as far as those say so. */
const createOthers = (changed: (room: string) => void) => {
  const rooms = new Map<string, Map<string, number>>();
  let known = 0;
  const forget = (room: string, key: string): void => {
    const there = rooms.get(room);
    if (!there?.delete(key)) return;
    known -= 1;
    if (there.size === 0) rooms.delete(room);
    changed(room);
  };
  return {
    hear(from: string, [room, who, isHere]: PresenceChange): void {
      const key = `${who}/${from}`;
      if (!isHere) return forget(room, key);
      const there = rooms.get(room) ?? new Map<string, number>();
      const isNew = !there.has(key);
      if (isNew && known >= mostKnown) return;
      rooms.set(room, there.set(key, performance.now() + goneAfterMs));
      if (!isNew) return;
      known += 1;
      changed(room);
    },
    forgetTheSilent(): void {
      for (const [room, there] of rooms)
        for (const [key, until] of there) if (until <= performance.now()) forget(room, key);
    },
    inRoom: (room: string): readonly string[] =>
      [...(rooms.get(room)?.keys() ?? [])].map((key) => key.slice(0, key.indexOf('/'))),
  };
};

/** Says to other nodes who is here, and hears what they say. */
const createAnnouncer = async (
  database: Pick<Database, 'listen' | 'query'>,
  logger: Logger,
  hear: (from: string, told: PresenceChange) => void,
  isHere: (room: string, who: string) => boolean,
) => {
  const origin = `${process.pid}-${Math.random().toString(36).slice(2)}`;
  const subscription = await database.listen(channel, (payload) => {
    const read = payload === undefined ? null : readChanges(payload);
    if (read && read.from !== origin) for (const each of read.told) hear(read.from, each);
  });
  const tell = (told: readonly PresenceChange[]): void => {
    const messages = Array.from({ length: Math.ceil(told.length / perMessage) }, (_, index) =>
      JSON.stringify({ from: origin, told: told.slice(index * perMessage, (index + 1) * perMessage) }),
    );
    if (messages.length === 0) return;
    database
      .query('SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message', [channel, messages])
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'other nodes do not hear who is here; they are told again');
      });
  };
  const news = new Map<string, readonly [room: string, who: string]>();
  let timer: NodeJS.Timeout | undefined;
  return {
    tell,
    note(room: string, who: string): void {
      news.set(`${room}/${who}`, [room, who]);
      timer ??= setTimeout(() => {
        timer = undefined;
        const told = [...news.values()].map(([where, whom]): PresenceChange => [
          where,
          whom,
          isHere(where, whom),
        ]);
        news.clear();
        tell(told);
      }, coalesceMs);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await subscription[Symbol.asyncDispose]();
    },
  };
};

/** Whoever has the database's login may notify: what is of no known form says nothing. */
const readChanges = (
  payload: string,
): { readonly from: string; readonly told: readonly PresenceChange[] } | null => {
  try {
    const read: unknown = JSON.parse(payload);
    if (typeof read !== 'object' || read === null || !('from' in read) || !('told' in read)) return null;
    const { from, told } = read;
    return typeof from === 'string' && Array.isArray(told)
      ? { from, told: told.filter(isPresenceChange) }
      : null;
  } catch {
    return null;
  }
};

const isPresenceChange = (each: unknown): each is PresenceChange =>
  Array.isArray(each) &&
  typeof each[0] === 'string' &&
  typeof each[1] === 'string' &&
  typeof each[2] === 'boolean';
