import { sha256 } from '../../infra/digest.ts';
import type { ServerConnection } from './server-connection.ts';

/** The name by which a tool of a server is called. */
export type CallNames = (server: string, tool: string) => string;

const longest = 64;
const markLength = 8;

const keyOf = (server: string, tool: string): string => JSON.stringify([server, tool]);
const usable = (text: string): string => text.replaceAll(/[^A-Za-z0-9_-]/g, '_');

/** `server__tool`, in characters that every client takes: of each one, the same in every process of one configuration. */
export const callNamesOf = (servers: readonly Pick<ServerConnection, 'name' | 'tools'>[]): CallNames => {
  const all = servers.flatMap(({ name, tools }) =>
    tools.map((tool) => ({ key: keyOf(name, tool.name), wanted: `${name}__${tool.name}` })),
  );
  const sharing = Map.groupBy(all, ({ wanted }) => usable(wanted));
  const names = new Map(
    all.map(({ key, wanted }) => {
      const name = usable(wanted);
      if (name === wanted && name.length <= longest && sharing.get(name)?.length === 1) return [key, name];
      return [key, `${name.slice(0, longest - markLength - 1)}_${sha256(key).slice(-markLength)}`];
    }),
  );
  return (server, tool) => names.get(keyOf(server, tool)) ?? usable(`${server}__${tool}`);
};
