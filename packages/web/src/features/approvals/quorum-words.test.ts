import { expect, it } from 'vitest';
import { quorumWords } from './quorum-words.ts';

const need = (group: string | null, required: number, ...names: string[]) => ({
  group,
  required,
  approvers: names.map((id) => ({ id })),
});
const stage = (...needs: ReturnType<typeof need>[]) => ({ needs });

it.each([
  [[stage(need(null, 2, 'Ann'))], null],
  [[stage(need('leads', 1, 'Ann'), need('security', 2))], 'leads 1/1, security 0/2'],
  [[stage(need('leads', 1)), stage(need(null, 1))], 'leads 0/1, then anybody 0/1'],
])('a quorum is told by its groups', (stages, words) => {
  expect(quorumWords(stages)).toBe(words);
});
