import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where files start processes and wait for leases, windows and pauses, whatever their size. */
const waits = /\/(stories|toolchain)\/|\/starting\.integration/;

/**
 * A long file that begins last keeps one worker busy while the others have nothing left to do. Vitest knows the
 * long ones by their last run, and a fresh clone has none: then those that wait come first.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    if (sorted.every((file) => this.ctx.cache.getTestSpecificationResult(file))) return sorted;
    const isLong = ({ moduleId }: TestSpecification): boolean => waits.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
