// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { clearedWords } from './cleared-words.ts';

const by = (id: string, verdict: 'APPROVE' | 'REJECT' | 'WITHDRAW') => ({
  verdict,
  reviewer: { id, name: id },
});
const words = (...reviews: ReturnType<typeof by>[]): string | null =>
  clearedWords({ revision: 2, previous: { revision: 1, reviews } }, 'me');

describe('clearedWords', () => {
  it('tells whose approval a new revision cleared', () => {
    expect(words(by('me', 'APPROVE'))).toMatch(/^Revision 2 cleared your approval of revision 1/u);
    expect(words(by('Mei', 'APPROVE'))).toMatch(/cleared the approval of Mei of revision 1/u);
    expect(words(by('Mei', 'APPROVE'), by('me', 'APPROVE'))).toMatch(
      /cleared your approval and that of Mei/u,
    );
  });

  it('is silent where none stood', () => {
    expect(words()).toBeNull();
    expect(words(by('me', 'APPROVE'), by('me', 'WITHDRAW'))).toBeNull();
    expect(clearedWords({ revision: 1, previous: null }, 'me')).toBeNull();
  });
});
