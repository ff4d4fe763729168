/** Kill switches: people stop work across a scope at once, and release it in stages. */
export { createStopCommands, scopeOf, type StopCommands, type SwitchedStop } from './commands.ts';
export { createListStops, type AskView, type StopView } from './stop-views.ts';
export { engage, engageIn, orderFaults, type ScopeSurroundings, type Trip } from './engage.ts';
export { createFindStop } from './stop-of-work.ts';
export { createKnownStops, type KnownStops } from './known-stops.ts';
export { createStopQueries, type StopQueries } from './queries.ts';
export { releaseByMachine } from './release.ts';
export type { FindStop, StopReach, StopStep, WorkerStop } from '../../record/kill-switch-store.ts';
