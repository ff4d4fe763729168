import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CommandError, exitCodes } from './exit-codes.ts';
import type { ClientEnvironment } from './terminal.ts';

const loginSchema = z.strictObject({
  url: z.string(),
  /** A key, or what a sign-in link was turned into. */
  credential: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('KEY'), key: z.string() }),
    z.strictObject({ kind: z.literal('SESSION'), cookie: z.string() }),
  ]),
  tenantId: z.string(),
});

/** Where somebody is signed in, as whom. */
export type Login = Readonly<z.output<typeof loginSchema>>;

/** What others of the machine may read is no secret. */
const forOthers = 0o077;

export const loginFileIn = ({ configHome }: ClientEnvironment): string =>
  join(configHome ?? join(homedir(), '.config'), 'countersign', 'login.json');

/** Nobody ever reads half of it, and only its owner reads it at all. */
export const saveLogin = async (file: string, login: Login): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, file);
};

export const forgetLogin = (file: string): Promise<void> => rm(file, { force: true });

/** Null where nobody is signed in. */
export const readLogin = async (file: string): Promise<Login | null> => {
  const found = await stat(file).catch(() => null);
  if (!found) return null;
  if ((found.mode & forOthers) !== 0)
    throw new CommandError(
      exitCodes.unknown,
      `Others may read ${file}, which holds your credentials. Make it yours alone (chmod 600), or sign in again.`,
    );
  const read = loginSchema.safeParse(await readJson(file));
  if (read.success) return read.data;
  throw new CommandError(exitCodes.unknown, `${file} is not one of ours. Sign in again: countersign login`);
};

const readJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
};
