/** Tells which platforms there are, and what those of the sandbox hold. */
export { createPlatformQueries, type PlatformQueries } from './queries.ts';
export type { PlatformObject, PlatformState, ReadObjects } from './platform-state.ts';
