import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/infra/digest.ts';
import type { Json } from '../../src/domain/json.ts';
import type { History } from './history.ts';
import { replay } from './replay.ts';

// What a release told stays as it was told: a file here is never changed, only joined by those of later releases,
// which `GOLDEN=<release> npx vitest run golden-histories --project integration` writes.
const folder = join(import.meta.dirname, 'releases');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.json'),
);

test.each(files)('the history %s comes to the same end, by a plan of the same hash', (file) => {
  const history = JSON.parse(readFileSync(join(folder, file), 'utf8')) as History;
  const { plan, end } = history;
  const replayed = replay(history);
  expect(replayed.planHash).toBe(plan.hash);
  expect(canonicalJson(JSON.parse(plan.document) as Json)).toBe(plan.document);
  expect(replayed).toMatchObject({ run: end.run, steps: end.steps });
  expect(replayed.ends.at(-1)).toBe(end.task);
});
