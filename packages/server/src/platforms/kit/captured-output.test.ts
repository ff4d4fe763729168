import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOutputCapture } from './captured-output.ts';

const captured = (chunks: readonly string[], maxBytes: number) => {
  const capture = createOutputCapture(maxBytes);
  for (const chunk of chunks) capture.add(Buffer.from(chunk));
  return capture.read();
};

test('what fits is kept whole, however it arrives', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 30 })), (chunks) => {
      const whole = chunks.join('');
      expect(captured(chunks, Math.max(2, whole.length))).toEqual({ text: whole, isCut: false });
    }),
  );
});

test('of what does not fit, the beginning and the end are kept', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 30 }), {
        minLength: 11,
      }),
      (chunks) => {
        const whole = chunks.join('');
        const { text, isCut } = captured(chunks, 10);
        expect(isCut).toBe(true);
        expect(text).toBe(`${whole.slice(0, 5)}\n…\n${whole.slice(-5)}`);
      },
    ),
  );
});
