import { createHash } from 'node:crypto';
import { z } from 'zod';

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
  encoding === 'utf8' || /^[A-Za-z0-9+/]*={0,2}$/.test(content);
export const base64Fault = { path: ['content'], error: 'Must be base64, in one line.' };

export const bytesOf = ({ content, encoding }: Given): Buffer => Buffer.from(content, encoding);

export const md5Of = (content: Buffer): string => createHash('md5').update(content).digest('hex');

/** Text as people read it; of bytes, how many there are. */
export const shownContent = (given: Given): string =>
  given.encoding === 'utf8' ? given.content : `${bytesOf(given).length} bytes`;
