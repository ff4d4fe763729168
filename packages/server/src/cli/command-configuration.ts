import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration, type ConfigPlace, type ConfigReading } from '../config.ts';

/**
 * The configuration of the server on this machine, for a command that works on its installation: from here on as the
 * user whose that is.
 */
export const commandConfiguration = async (place?: ConfigPlace): Promise<ConfigReading> => {
  const reading = await loadConfiguration(place);
  actAsOwnerOf(reading.config.home);
  return reading;
};

/** What root wrote into the home folder, a key above all, a server of another user could not read. */
const actAsOwnerOf = (home: string): void => {
  if (process.getuid?.() !== 0) return;
  const owner =
    statSync(join(home, 'audit.key'), { throwIfNoEntry: false }) ?? statSync(home, { throwIfNoEntry: false });
  if (!owner || owner.uid === 0) return;
  try {
    process.setgroups?.([owner.gid]);
    process.setgid?.(owner.gid);
    process.setuid?.(owner.uid);
    // What it loads later it loads as that user.
    accessSync(import.meta.filename, constants.R_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${home} belongs to the user ${owner.uid}, and root cannot act as that user here (${reason}): call it as that user.`,
      { cause },
    );
  }
};
