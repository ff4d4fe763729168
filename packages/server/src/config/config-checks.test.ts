import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfiguration } from '../config.ts';
import { configChecks } from './config-checks.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-checks-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What a machine lacks, on which no program of a platform is. */
const lacksOf = (settings: object): string[] => {
  const file = join(folder, 'countersign.json');
  writeFileSync(file, JSON.stringify(settings));
  const reading = readConfiguration({
    file,
    cwd: folder,
    env: { PATH: folder, COUNTERSIGN_HOME: join(folder, 'home') },
  });
  return configChecks(reading).flatMap(({ name, subject, isPassed, finding }) =>
    isPassed ? [] : [`${name}: ${subject} (${finding})`],
  );
};

describe('the checks of a configuration', () => {
  it('pass where everything is by default, whatever programs there are', () => {
    expect(lacksOf({})).toEqual([]);
  });

  it('miss the program of a platform that is set up', () => {
    const terraform = { directories: { site: { path: folder } } };
    expect(lacksOf({ terraform })).toEqual(['terraform.binary: terraform (not executable)']);
    expect(lacksOf({ terraform: { binary: '/opt/terraform' } })).toEqual([
      'terraform.binary: /opt/terraform (not executable)',
    ]);
  });
});
