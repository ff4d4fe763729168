/** Keeps what rests on a poisoned source from going on, by a person's word, until a person lets it. */
export { createKnownQuarantines, type KnownQuarantines } from './known-quarantines.ts';
export { createSourceCommands, type SourceCommands } from './commands.ts';
export { createSourceQueries, type QuarantineView, type SourceQueries } from './queries.ts';
