import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

const program = fileURLToPath(new URL('../testing/signalled-program.ts', import.meta.url));
const module = new URL('supervise.mjs', import.meta.url).href;
const supervisorOf = (args: string[]): string => `
  const { superviseProgram } = await import(${JSON.stringify(module)});
  process.exit(await superviseProgram({ node: process.execPath, env: process.env }, ${JSON.stringify(args)}, '/'));
`;
const supervisor = supervisorOf([program]);
const keeperOf = (args: string[]): string => `
  const { keepProgramRunning } = await import(${JSON.stringify(module)});
  process.exit(await keepProgramRunning({ node: process.execPath, env: process.env }, ${JSON.stringify(args)}, '/'));
`;

interface Supervised {
  child: ChildProcess;
  programPid: number;
  said(): string[];
  exit: Promise<number | null>;
}

async function supervise(
  words = [process.execPath, '--input-type=module', '-e', supervisor],
): Promise<Supervised> {
  const [command = '', ...args] = words;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const said = (): string[] => output.trim().split('\n').slice(1);
  onTestFinished(() => void child.kill('SIGKILL'));
  const programPid = await vi.waitFor(
    () => {
      const pid = /pid (\d+)/.exec(output)?.[1];
      if (pid === undefined) throw new Error(`the program has not started: ${output}`);
      return Number(pid);
    },
    { timeout: 20_000 },
  );
  onTestFinished(() => void (isAlive(programPid) && process.kill(programPid, 'SIGKILL')));
  return { child, programPid, said, exit };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('superviseProgram', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes %s on once and gives the exit code back',
    async (signal) => {
      const { child, said, exit } = await supervise();
      // npm and the terminal both send it.
      child.kill(signal);
      child.kill(signal);
      expect(await exit).toBe(7);
      expect(said()).toEqual([signal]);
    },
  );

  it('ends the program when it is killed itself', async () => {
    const { child, programPid, said } = await supervise();
    child.kill('SIGKILL');
    await vi.waitUntil(() => !isAlive(programPid), { timeout: 60_000 });
    expect(said()).toEqual(['SIGTERM']);
  });

  it('hands on what is piped in, to its end', async () => {
    const reader = `console.log('pid ' + process.pid);
      process.stdin.on('data', (chunk) => console.log(String(chunk))).on('end', () => console.log('end'));`;
    const words = ['--input-type=module', '-e', supervisorOf(['-e', reader])];
    const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdin.end('a key');
    expect((await text(child.stdout)).trim().split('\n').slice(1)).toEqual(['a key', 'end']);
  });

  it('leaves nothing behind that the program started and forgot', async () => {
    const forgetful = `
      const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' });
      console.log('pid ' + child.pid);
      child.unref();`;
    const words = [process.execPath, '--input-type=module', '-e', supervisorOf(['-e', forgetful])];
    const { programPid, exit } = await supervise(words);
    expect(await exit).toBe(0);
    await vi.waitUntil(() => !isAlive(programPid), { timeout: 60_000 });
  });

  it('ends the program when npm is killed above the shell that npm started us with', async () => {
    const script = `"$0" --input-type=module -e "$1"; true`;
    const npm = `const { spawn } = require('node:child_process');
      spawn('sh', ['-c', ${JSON.stringify(script)}, process.execPath, process.argv[1]], { stdio: 'inherit' });`;
    const { child, programPid } = await supervise([process.execPath, '-e', npm, supervisor]);
    child.kill('SIGKILL');
    await vi.waitUntil(() => !isAlive(programPid), { timeout: 60_000 });
  });
});

describe('keepProgramRunning', () => {
  const wordsOf = (args: string[]): string[] => [
    process.execPath,
    '--input-type=module',
    '-e',
    keeperOf(args),
  ];

  it('starts again what dies, until it is asked to stop', async () => {
    const { child, programPid, said, exit } = await supervise(wordsOf([program]));
    const nextPid = async (after: number): Promise<number> => {
      process.kill(after, 'SIGKILL');
      return vi.waitFor(
        () => {
          const pid = Number(/pid (\d+)/.exec(said().findLast((line) => line.startsWith('pid')) ?? '')?.[1]);
          if (!pid || pid === after) throw new Error('it was not started again');
          return pid;
        },
        { timeout: 30_000 },
      );
    };
    const second = await nextPid(programPid);
    const third = await nextPid(second);
    expect(new Set([programPid, second, third]).size).toBe(3);
    child.kill('SIGTERM');
    expect(await exit).toBe(7);
    expect(isAlive(third)).toBe(false);
  });

  it('starts nothing again that is asked to stop while it waits', async () => {
    const { child, programPid, exit } = await supervise(wordsOf([program]));
    process.kill(programPid, 'SIGKILL');
    await vi.waitUntil(() => !isAlive(programPid), { timeout: 60_000 });
    child.kill('SIGINT');
    expect([137, 7]).toContain(await exit);
  });

  it.each([
    ['ended well', 0],
    ['could not start and said why', 78],
  ])('leaves alone what %s', async (_title, code) => {
    const script = `console.log('pid ' + process.pid); setTimeout(() => process.exit(${code}), 50)`;
    const { said, exit } = await supervise(wordsOf(['-e', script]));
    expect(await exit).toBe(code);
    expect(said()).toEqual([]);
  });

  it('gives up on what dies again and again', { timeout: 120_000 }, async () => {
    const script = `console.log('pid ' + process.pid); setTimeout(() => process.exit(9), 10)`;
    const { said, exit } = await supervise(wordsOf(['-e', script]));
    expect(await exit).toBe(9);
    expect(said().filter((line) => line.startsWith('pid'))).toHaveLength(5);
  });
});
