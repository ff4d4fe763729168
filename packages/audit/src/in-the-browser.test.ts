import { sign } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { verifyEvidence } from '../../web/src/features/audit/verify-evidence.ts';
import { closed, deep, evidence, newSigner, pemOf, signer } from '../testing/sealed-samples.ts';
import { linesOf, rotationText, verdictWords, verifyLines } from './verify-audit.ts';

const lines = [...linesOf([evidence(6)])].map(String);

/** What the page on the audit log says of a copy, and what the command line does. */
const saidOf = async (changed: readonly string[]) => {
  const text = `${changed.join('\n')}\n`;
  const verdict = verifyLines(linesOf([Buffer.from(text)]), signer.keys);
  const finding = await verifyEvidence(text, pemOf(signer));
  return {
    byCommand: verdict.ok ? verdict.entries : verdictWords(verdict),
    inBrowser: finding.ok ? finding.entries : `NOT VERIFIED. ${finding.message}`,
  };
};

const line = fc.nat({ max: lines.length - 1 });
const anyChange = fc.oneof(
  line.map((at) => lines.toSpliced(at, 1)),
  fc.tuple(line, line).map(([at, to]) => lines.toSpliced(to, 0, lines[at] ?? '')),
  fc.tuple(line, line).map(([at, to]) => lines.with(at, lines[to] ?? '').with(to, lines[at] ?? '')),
  fc
    .tuple(line, fc.constantFrom('{', 'null', '7', '[]', '{}', '{"kind":"entry"}', '{"kind":"head"}', ''))
    .map(([at, other]) => lines.with(at, other)),
  line.map((at) => lines.with(at, (lines[at] ?? '').replace('"data":', `"data":${deep},"was":`))),
  // The hash of both together stays what it was.
  fc.constant(lines.map((text) => text.replace('","text":"{', '{","text":"'))),
  line.map((at) => lines.slice(0, at + 1)),
  fc.constant([...lines, '{}']),
  fc
    .tuple(line, fc.nat(), fc.string({ minLength: 1, maxLength: 3 }))
    .map(([at, where, put]) => lines.with(at, spliced(lines[at] ?? '', where, put))),
);
const spliced = (text: string, where: number, put: string): string => {
  const at = where % text.length;
  return text.slice(0, at) + put.replaceAll('\n', '') + text.slice(at + 1);
};
/** Signed in good faith: somebody tampered with the database before. */
const anySigned = anyChange.map((changed) => [...linesOf([closed(changed.slice(0, -1))])].map(String));

it('the page on the audit log names what is wrong in the words of the command line', async () => {
  expect(await saidOf(lines)).toEqual({ byCommand: 6, inBrowser: 6 });
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyChange, anySigned), async (changed) => {
      const { byCommand, inBrowser } = await saidOf(changed);
      // Where nothing at all is proven, the page says that it takes a moment to be sealed.
      if (byCommand === 0) expect(inBrowser).toContain('sealed yet');
      else expect(inBrowser).toBe(byCommand);
      if (typeof byCommand === 'string') found += 1;
    }),
    { numRuns: 600 },
  );
  expect(found).toBeGreaterThan(300);
});

it('the page follows a key that another signed for', async () => {
  const next = newSigner();
  const rotation = { from: signer.keyId, to: next.keyId, publicKey: pemOf(next), at: 'now', reason: 'why' };
  const signature = sign(null, rotationText(rotation), signer.key).toString('base64');
  const [header = '', ...rest] = lines.slice(0, -1);
  const rotated = (by: string) => [
    ...linesOf([
      closed([header, JSON.stringify({ kind: 'key', ...rotation, signature: by }), ...rest], next),
    ]),
  ];
  expect(await saidOf(rotated(signature).map(String))).toEqual({ byCommand: 6, inBrowser: 6 });
  const { byCommand, inBrowser } = await saidOf(rotated(signature.replace(/^./, 'A')).map(String));
  expect(inBrowser).toBe(byCommand);
  expect(inBrowser).toContain('NOT VERIFIED');
});
