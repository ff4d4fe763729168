// @vitest-environment node
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isDocumentOf } from './verify-plan.ts';

const document = '{"format":"countersign.plan/1","steps":[]}';
const hash = createHash('sha256').update(`plan/v1\0${document}`).digest('hex');

describe('isDocumentOf', () => {
  it('knows the bytes that a hash names', async () => {
    expect(await isDocumentOf(hash, document)).toBe(true);
  });

  it('notices one changed byte, and the same bytes without their domain', async () => {
    expect(await isDocumentOf(hash, document.replace('[]', '[0]'))).toBe(false);
    expect(await isDocumentOf(createHash('sha256').update(document).digest('hex'), document)).toBe(false);
  });
});
