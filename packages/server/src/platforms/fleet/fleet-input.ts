import { quoted } from '@countersign/shared';
import { z } from 'zod';
import type { Target } from '../../domain/planned-action.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
/** It becomes an argument of a program: never an option, never a path. */
export const serverName = z
  .string()
  .max(253)
  .regex(new RegExp(`^${label}(\\.${label})*$`), 'must be the name of a server');
const word = (what: string) =>
  z
    .string()
    .max(128)
    .regex(/^[A-Za-z0-9]([\w.+~:-]*[A-Za-z0-9])?$/, `must be ${what}`);

export const fleetInput = {
  fleet: z.string().min(1).max(63).describe('A fleet that configuration names.'),
  server: serverName.describe('The server: lower-case letters, digits, "-" and ".".'),
};
export const componentInput = word('the name of a component');
export const versionInput = word('a version');

export interface NamedServer {
  readonly fleet: string;
  readonly server: string;
}

export const targetOf = ({ fleet, server }: NamedServer): Target => ({
  kind: 'server',
  name: `${fleet}/${server}`,
});

export const inWords = ({ server, fleet }: NamedServer): string => `${quoted(server)} of ${quoted(fleet)}`;
