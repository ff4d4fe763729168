/** Tells which platforms there are and what those of the sandbox hold, and takes an operator's word on one. */
export { createExecutorCommands, type ExecutorCommands } from './commands.ts';
export {
  createConnectedServerQueries,
  type ConnectedServerQueries,
  type ConnectedServerView,
  type ConnectedToolView,
} from './connected-servers.ts';
export { createKnownControls, type KnownControls } from './known-controls.ts';
export { createPlatformQueries, type PlatformQueries } from './queries.ts';
export type { PlatformObject, PlatformState, ReadObjects } from './platform-state.ts';
