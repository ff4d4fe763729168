import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, rmdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolderDurably, renameDurably, syncFolder } from '../../infra/durable-files.ts';
import { intentFileName } from './intent-check.ts';
import { isMissing, lookAt, namesIn, taken } from './intent-folders.ts';

/** A file that is this node's to take care of, until it is moved on. */
export interface Claim {
  /** The same for as long as the file is under way, whoever has it. */
  readonly id: string;
  /** As it was dropped. */
  readonly name: string;
  readonly path: string;
}

export interface ClaimsOptions {
  readonly handoff: string;
  /** Milliseconds between two looks at a file that must find it the same. */
  readonly debounceMs: number;
  /** A node whose sign of life did not change for so long is gone. */
  readonly lostAfterMs: number;
  /** A file, or a node's folder, that cannot be taken; the others are. */
  readonly onFault: (error: unknown, name: string) => void;
}

/** Files that lie in the hand-off directory, taken each by one node of those that share it. */
export interface Claims {
  /** Takes over at most `room` files: what lies there unchanged, and what a node that is gone had. */
  take(room: number): Promise<readonly Claim[]>;
  /** Lets another node have at once what this one has. */
  leave(): Promise<void>;
}

interface Seen {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
  readonly at: number;
}

/** What this node remembers of files that may still be written, at most. */
const mostSeen = 2_048;
const alive = '.alive';

interface State extends ClaimsOptions {
  /** Where all nodes have what they claimed. */
  readonly all: string;
  own: string | null;
  seen: ReadonlyMap<string, Seen>;
  readonly signs: Map<string, { readonly mtimeMs: number; readonly at: number }>;
}

export const createClaims = (options: ClaimsOptions): Claims => {
  const all = join(options.handoff, '.claimed');
  const state: State = { ...options, all, own: null, seen: new Map(), signs: new Map() };
  return {
    async take(room) {
      const folder = await ownFolder(state);
      const left = await takeLeft(state, folder, room);
      return [...left, ...(await takeDropped(state, folder, room - left.length))];
    },
    async leave() {
      if (state.own === null) return;
      await rm(join(state.own, alive), { force: true });
      await rmdir(state.own).catch(() => undefined);
    },
  };
};

/** This node's folder, with its sign of life: it is there whole or not at all. */
const ownFolder = async (state: State): Promise<string> => {
  const now = new Date(performance.timeOrigin + performance.now());
  try {
    if (state.own !== null) {
      await utimes(join(state.own, alive), now, now);
      return state.own;
    }
  } catch (error) {
    // Another node took us for gone, and has our files.
    if (!isMissing(error)) throw error;
  }
  const id = randomUUID();
  const draft = join(state.all, `.new-${id}`);
  await makeFolderDurably(state.all);
  await mkdir(draft);
  await writeFile(join(draft, alive), '');
  await renameDurably(draft, join(state.all, id));
  return (state.own = join(state.all, id));
};

const takeDropped = async (state: State, folder: string, room: number): Promise<readonly Claim[]> => {
  const { handoff, debounceMs } = state;
  const names = await namesIn(handoff, mostSeen);
  const found = await Promise.all(
    names.map(async (name) => ({
      name,
      stats: await orReported(state, name, lookAt(join(handoff, name)), null),
    })),
  );
  const claims: Claim[] = [];
  const next = new Map<string, Seen>();
  for (const { name, stats } of found) {
    if (stats === null || stats.isDirectory()) continue;
    const { size, mtimeMs, ino } = stats;
    const before = state.seen.get(name);
    const isSame = before?.size === size && before.mtimeMs === mtimeMs && before.ino === ino;
    if (!isSame || claims.length >= room || performance.now() - before.at < debounceMs) {
      next.set(name, isSame ? before : { size, mtimeMs, ino, at: performance.now() });
      continue;
    }
    const id = randomUUID();
    const path = join(folder, `${id}~${name}`);
    if (await orReported(state, name, taken(join(handoff, name), path), false))
      claims.push({ id, name, path });
  }
  state.seen = next;
  // A file that a power cut put back would be claimed under another id, and be taken for a second one of its kind.
  if (claims.length > 0)
    await orReported(state, '.claimed', Promise.all([syncFolder(folder), syncFolder(handoff)]), null);
  return claims;
};

/** What one file or folder cannot holds up no other, and loses nothing that is claimed already. */
const orReported = async <Value>(
  { onFault }: State,
  name: string,
  act: Promise<Value>,
  otherwise: Value,
): Promise<Value> => {
  try {
    return await act;
  } catch (error) {
    onFault(error, name);
    return otherwise;
  }
};

/** What nodes had that are gone. */
const takeLeft = async (state: State, folder: string, room: number): Promise<readonly Claim[]> => {
  const claims: Claim[] = [];
  for (const name of await readdir(state.all)) {
    const other = join(state.all, name);
    if (other === folder || name.startsWith('.') || claims.length >= room) continue;
    if (await orReported(state, name, isLeft(state, other), false))
      claims.push(...(await takeOver(state, folder, other, room - claims.length)));
  }
  return claims;
};

const isLeft = async (state: State, folder: string): Promise<boolean> =>
  ((await lookAt(folder))?.isDirectory() ?? false) && (await isGone(state, folder));

/** Its sign of life is gone, or has not changed for long enough by our own clock. */
const isGone = async ({ signs, lostAfterMs }: State, folder: string): Promise<boolean> => {
  const sign = await lookAt(join(folder, alive));
  if (sign === null) return true;
  const { mtimeMs } = sign;
  const before = signs.get(folder);
  if (before?.mtimeMs !== mtimeMs) signs.set(folder, { mtimeMs, at: performance.now() });
  return before?.mtimeMs === mtimeMs && performance.now() - before.at >= lostAfterMs;
};

const takeOver = async (
  state: State,
  folder: string,
  from: string,
  room: number,
): Promise<readonly Claim[]> => {
  const claims: Claim[] = [];
  for (const entry of await orReported(state, from, readdir(from), [])) {
    if (claims.length >= room) return claims;
    const [, id, name] = /^([0-9a-f-]{36})~(.+)$/.exec(entry) ?? [];
    if (id === undefined || name === undefined || !intentFileName.test(name)) continue;
    const path = join(folder, entry);
    if (await orReported(state, name, taken(join(from, entry), path), false)) claims.push({ id, name, path });
  }
  await rm(join(from, alive), { force: true }).catch(() => undefined);
  await rmdir(from).catch(() => undefined);
  state.signs.delete(from);
  return claims;
};
