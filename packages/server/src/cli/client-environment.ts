import type { ClientEnvironment } from '../client/terminal.ts';

/** For commands that know a server by its address alone. */
export const readClientEnvironment = (env: NodeJS.ProcessEnv = process.env): ClientEnvironment => ({
  apiKey: env['COUNTERSIGN_API_KEY'] || undefined,
  url: env['COUNTERSIGN_URL'] || undefined,
  configHome: env['XDG_CONFIG_HOME'] || undefined,
});
