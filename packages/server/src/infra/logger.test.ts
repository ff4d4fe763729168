import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger, logAbout } from './logger.ts';

function logged(entry: object): string {
  const destination = new PassThrough();
  createLogger({ level: 'info', destination }).info(entry, 'a message');
  return String(destination.read());
}

describe('createLogger', () => {
  it.each([
    { authorization: 'Bearer canary' },
    { headers: { authorization: 'Bearer canary', cookie: 'session=canary' } },
    { req: { headers: { 'set-cookie': 'canary', 'x-api-key': 'canary' } } },
    { config: { secrets: { password: 'canary', token: 'canary' } } },
    { apiKey: 'canary', agentKey: 'canary', signInUrl: 'http://localhost/sign-in#canary' },
    { err: new Error('connect to postgresql://user:canary@host:5432/db failed') },
    { err: new Error('outer', { cause: new Error('redis://:canary@host:6379') }) },
  ])('keeps secrets out of the log: %j', (entry) => {
    const line = logged(entry);
    expect(line).toContain('a message');
    expect(line).not.toContain('canary');
  });

  it('carries what the work is about into every line of it, through waits and into children', async () => {
    const destination = new PassThrough();
    const logger = createLogger({ level: 'info', destination });
    await logAbout({ taskId: 't1', token: 'canary' }, () =>
      logAbout({ attempt: 2 }, async () => {
        await Promise.resolve();
        logger.child({ part: 'door' }).info({ attempt: 3 }, 'inside');
      }),
    );
    logger.info('outside');
    const [inside, outside] = String(destination.read())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(inside).toMatchObject({ taskId: 't1', token: '[token]', part: 'door', attempt: 3 });
    expect(outside).not.toHaveProperty('taskId');
  });

  it('writes one JSON object with a readable level and time', () => {
    const entry = JSON.parse(logged({ taskId: 't1' })) as Record<string, unknown>;
    expect(entry).toMatchObject({ level: 'info', taskId: 't1', msg: 'a message' });
    expect(new Date(String(entry.time)).getTime()).not.toBeNaN();
  });
});
