import { describe, expect, it } from 'vitest';
import { aStep, aTask } from '../../../testing/domain-samples.ts';
import type { Json } from '../../domain/json.ts';
import { createLogger } from '../../infra/logger.ts';
import { ExecutorError, type ExecutorLogger } from '../../platforms/index.ts';
import { perform, fails, stops } from '../../../testing/scripted-step.ts';

describe('an attempt', () => {
  it('is tried again by the plan’s own policy, with jitter', async () => {
    const { result } = await perform({ apply: fails('RATE_LIMIT_EXCEEDED', 'NONE') });
    expect(result).toMatchObject({ kind: 'RETRIABLE', delayMs: 200 });
  });

  it('that our own guard stopped waits as long as the guard says', async () => {
    const { result } = await perform({ apply: stops('SERVICE_DOWN') });
    expect(result).toMatchObject({
      kind: 'HELD',
      hold: { rule: 'platform.circuit_breaker' },
      delayMs: 7_000,
    });
  });

  it('that is told to wait for years waits for a day', async () => {
    const apply = (): never => {
      throw new ExecutorError('RATE_LIMIT_EXCEEDED', 'Later.', { effect: 'NONE', retryAfterMs: Infinity });
    };
    expect((await perform({ apply })).result).toMatchObject({ kind: 'RETRIABLE', delayMs: 86_400_000 });
  });

  it('names the task and the step in what its executor logs, with secrets left out', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const apply = (logger: ExecutorLogger): Json => {
      logger.warn({ taskId: 'another', token: 'a secret', answered: 503 }, 'slow today');
      return null;
    };
    await perform({ apply }, { logger: createLogger({ level: 'info', destination }) });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        level: 'warn',
        msg: 'slow today',
        answered: 503,
        taskId: aTask().id,
        stepId: aStep('a').id,
        token: '[token]',
      },
    ]);
  });

  it('gives an output that can be stored, whatever the platform answered', async () => {
    const output = { 'na\u0000me': ['\ud83d', NaN, { nul: 'a\u0000b' }] };
    const { result } = await perform({ apply: () => output });
    expect(result).toEqual({
      kind: 'SUCCEEDED',
      output: { 'na\ufffdme': ['\ufffd', null, { nul: 'a\ufffdb' }] },
    });
  });

  it('gives a failure that can be stored, whatever the platform answered', async () => {
    const apply = (): never => {
      throw new ExecutorError('SERVICE_DOWN', 'It said \u0000', {
        effect: 'NONE',
        details: { body: '\udc00\u0000' },
      });
    };
    expect((await perform({ apply })).result).toMatchObject({
      failure: { message: 'It said \ufffd', details: { body: '\ufffd\ufffd' } },
    });
  });
});
