import { visibleText } from '@countersign/shared';
import { z } from 'zod';
import { refNameFault } from './tree-path.ts';

const maxMessageLength = 10_000;

export const passing = (faultOf: (text: string) => string | null) =>
  z.string().superRefine((text, context) => {
    const message = faultOf(text);
    if (message) context.addIssue({ code: 'custom', message });
  });

const messageFault = (message: string): string | null => {
  if (message.length > maxMessageLength) return `Must not be longer than ${maxMessageLength} characters.`;
  if (visibleText(message) === '') return 'Must say what the commit does.';
  if (!message.isWellFormed() || message.includes('\0')) return 'Must be well-formed text.';
  // As it reads: characters without room before the word make it no other one.
  const lines = message.split(/[\r\n\u2028\u2029]/).map(visibleText);
  const isOurs = lines.some((line) => /^countersign-/i.test(line));
  return isOurs ? 'No line may start with "Countersign-": those are ours.' : null;
};

/** The params that actions on a branch have in common. */
export const branchInput = {
  repository: z
    .string()
    .min(1)
    .max(2_048)
    .describe('A repository that configuration allows: its short name, path or URL'),
  branch: passing(refNameFault),
  message: passing(messageFault),
  push: z
    .boolean()
    .default(false)
    .describe('Push the branch: needed for a URL; for a path, to its remote "origin"'),
};

/** A whole id: nothing else names the same commit tomorrow. */
export const commitIdInput = z
  .string()
  .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'Must be the whole id of a commit: 40 or 64 hexadecimal digits.');
