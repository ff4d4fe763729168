import { expect, it } from 'vitest';
import { quorumWords } from './quorum-words.ts';

const need = (group: string | null, required: number, ...names: string[]) => ({
  group,
  required,
  approvers: names.map((name) => ({ id: name, name })),
});
const stage = (number: number, ...needs: ReturnType<typeof need>[]) => ({
  number,
  isOpen: number === 1,
  needs,
});

it.each([
  [[stage(1, need(null, 2, 'Ann'))], null],
  [[stage(1, need('leads', 1, 'Ann'), need('security', 2))], 'leads 1/1, security 0/2'],
  [[stage(1, need('leads', 1)), stage(2, need(null, 1))], 'leads 0/1, then anybody 0/1'],
])('a quorum is told by its groups', (stages, words) => {
  expect(quorumWords(stages)).toBe(words);
});
