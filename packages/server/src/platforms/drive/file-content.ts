import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import type { Finding } from '../../domain/planned-action.ts';

export const contentParams = {
  content: z
    .string()
    .max(900_000)
    .describe('What the file holds: text, or bytes in base64')
    .meta({ examples: ['Deploys: 14\nRollbacks: 0\n'] }),
  encoding: z.enum(['utf8', 'base64']).default('utf8').describe('What the content is written in'),
};

interface Given {
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
}

export const isBase64 = ({ content, encoding }: Given): boolean =>
  encoding === 'utf8' || (content.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(content));
export const base64Fault = { path: ['content'], error: 'Must be base64, in one line.' };

export const bytesOf = ({ content, encoding }: Given): Buffer => Buffer.from(content, encoding);

export const md5Of = (content: Buffer): string => createHash('md5').update(content).digest('hex');

/** What is shown of a file that is there. */
const mostShownBytes = 100_000;

/** Text as it is; of what is none, or too long to be shown, what tells it from everything else. */
export const shownBytes = (content: Buffer): Json => {
  const text = content.toString('utf8');
  return content.length <= mostShownBytes && isText(text)
    ? text
    : { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
};

const isText = (text: string): boolean => !text.includes('\ufffd') && !text.includes('\0');

/** What people see of it: in base64, text is written as well as bytes. */
export const shownContent = (given: Given): Json =>
  given.encoding === 'utf8' ? given.content : shownBytes(bytesOf(given));

export const contentFindings = (given: Given): Finding[] =>
  typeof shownContent(given) !== 'string'
    ? [{ severity: 'MEDIUM', message: 'What the file is to hold is not shown here: these are bytes.' }]
    : [];
