// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { blastRadius } from './blast-radius.ts';

const planOf = (...targets: { kind: string; name: string }[][]) => ({
  changedFiles: 0,
  steps: targets.map((each) => ({ changedFiles: 0, targets: each })),
});

describe('blastRadius', () => {
  it('counts each thing once, however many steps touch it', () => {
    const main = { kind: 'branch', name: 'demo@main' };
    expect(blastRadius(planOf([main], [main])).words).toBe('1 branch');
    expect(blastRadius(planOf([main], [{ kind: 'branch', name: 'demo@dev' }])).words).toBe('2 branches');
  });

  it('says how many files change, however few places they lie in', () => {
    const steps = [{ changedFiles: 120, targets: [{ kind: 'branch', name: 'demo@main' }] }];
    expect(blastRadius({ steps, changedFiles: 120 }).words).toBe('120 files');
  });

  it('says what else changes beside files', () => {
    const names = Array.from({ length: 40 }, (_, index) => `shop-${index}`);
    const steps = [
      { changedFiles: 1, targets: [{ kind: 'branch', name: 'demo@main' }] },
      ...names.map((name) => ({ changedFiles: 0, targets: [{ kind: 'deployment', name }] })),
    ];
    expect(blastRadius({ steps, changedFiles: 1 }).words).toBe('1 file, 40 deployments');
  });

  it('says targets where they are of several kinds', () => {
    expect(
      blastRadius(
        planOf([
          { kind: 'repository', name: 'demo' },
          { kind: 'branch', name: 'demo' },
        ]),
      ).words,
    ).toBe('2 targets');
    expect(
      blastRadius(
        planOf([
          { kind: 'repository', name: 'a' },
          { kind: 'repository', name: 'b' },
        ]),
      ).words,
    ).toBe('2 repositories');
  });
});
