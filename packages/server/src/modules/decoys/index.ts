/** Has people asked now and then about what only looks real, to see whether they look. */
export { seedDecoys, startDecoys, type SeedDependencies } from './seed-decoys.ts';
