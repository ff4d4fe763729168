import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIPv6 } from 'node:net';
import { CommandError, exitCodes } from '../client/exit-codes.ts';
import type { ClientCommand } from '../client/terminal.ts';
import { readOptions } from '../client/command-words.ts';
import { readListener } from '../config.ts';

const options = { config: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

const read = (words: readonly string[]) => readOptions(words, options);

/** Less than whoever asks for it waits: a health check of Docker has 10 s. */
const timeoutMs = 8_000;

/** `countersign health`: whether the server of this configuration answers on this machine, for health checks. */
export const runHealth: ClientCommand = async (words, { say }) => {
  const { config: file, json } = read(words);
  const { host, port, isHttps } = readListener({ file });
  const url = `${isHttps ? 'https' : 'http'}://${reachable(host)}:${port}/livez`;
  const status = await statusOf(url, isHttps);
  if (status !== 200) throw new CommandError(exitCodes.wrong, `${url} answers with ${status}.`);
  await say(json ? `${JSON.stringify({ url, status })}\n` : `${url} answers.\n`);
  return exitCodes.done;
};

/** An address that stands for all of this machine is asked at its loopback. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (isIPv6(host)) return host === '::' ? '[::1]' : `[${host}]`;
  return host;
};

const statusOf = (url: string, isHttps: boolean): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      reject(new CommandError(exitCodes.wrong, `${url} does not answer.`, { cause }));
    };
    const given = { signal: AbortSignal.timeout(timeoutMs) };
    // The certificate is for the name by which people reach it; here only whether it answers counts.
    const sent = isHttps
      ? requestHttps(url, { ...given, rejectUnauthorized: false })
      : requestHttp(url, given);
    sent.on('error', fail);
    sent.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.end();
  });
