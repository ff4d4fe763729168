import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Head } from '@countersign/audit/verify-audit';
import { appendDurably, makeFolderDurably } from '../../infra/durable-files.ts';
import type { Logger } from '../../infra/logger.ts';

/** Somewhere outside of the database that keeps signed heads. Rejects where it did not take them. */
export interface Anchor {
  readonly name: 'log' | 'file' | 'webhook';
  keep(heads: readonly Head[]): Promise<void>;
}

export const logAnchor = (logger: Logger): Anchor => ({
  name: 'log',
  keep(heads) {
    for (const head of heads) logger.info({ auditHead: head }, 'the record was sealed');
    return Promise.resolve();
  },
});

/** A line each, at the end of a file that nothing else is written to. */
export const fileAnchor = (file: string): Anchor => ({
  name: 'file',
  async keep(heads) {
    await makeFolderDurably(dirname(file));
    await appendDurably(file, heads.map((head) => `${JSON.stringify(head)}\n`).join(''));
  },
});

const webhookTimeoutMs = 5_000;

/** The heads as JSON, by POST; whoever takes them answers with 2xx. */
export const webhookAnchor = (url: string, timeoutMs = webhookTimeoutMs): Anchor => ({
  name: 'webhook',
  async keep(heads) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ heads }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`The anchor answered ${answer.status}.`);
  },
});

const tailBytes = 64 * 1024;

/** The newest head of each tenant among the last lines of a file anchor; none where there is no such file. */
export const lastHeadsOf = (file: string): readonly Head[] => {
  const heads = new Map<string, Head>();
  for (const line of tailOf(file).split('\n').slice(0, -1)) {
    try {
      const head = JSON.parse(line) as Head;
      heads.set(head.tenantId, head);
    } catch {
      // The first line of the tail may be half of one.
    }
  }
  return [...heads.values()];
};

const tailOf = (file: string): string => {
  try {
    const open = openSync(file, 'r');
    try {
      const { size } = fstatSync(open);
      const bytes = Buffer.alloc(Math.min(size, tailBytes));
      const count = readSync(open, bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString('utf8', 0, count);
    } finally {
      closeSync(open);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
};
