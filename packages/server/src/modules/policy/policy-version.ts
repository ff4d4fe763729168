import type { FlipReport } from '../../domain/policy-flips.ts';
import type { PolicyVersion as StoredVersion } from '../../record/policy-version-store.ts';
import type { PolicySimulation as StoredSimulation } from '../../record/policy-simulation-store.ts';
import type { CheckReport } from './policy-thread-work.ts';

/** What a version said beside the rules in force, since it was shadowed. */
export interface ShadowReport extends FlipReport {
  /** Decisions that were not looked at, since too many came at once. */
  readonly skipped: number;
}

/** A bundle that an administrator brought, with what its check found. */
export type PolicyVersion = StoredVersion<CheckReport, ShadowReport>;

/** A version over recorded decisions, and what has come of it so far. */
export type PolicySimulation = StoredSimulation<FlipReport>;

/** As the record has it: this build, or one before it, wrote it by these types. */
export const versionOf = (stored: StoredVersion): PolicyVersion => stored as PolicyVersion;
export const simulationOf = (stored: StoredSimulation): PolicySimulation => stored as PolicySimulation;
