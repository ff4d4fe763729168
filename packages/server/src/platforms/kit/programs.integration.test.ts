import { createServer } from 'node:net';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasProgram } from '../../../testing/debian-package.ts';
import { until } from '../../../testing/until.ts';
import { createPrograms, type ProgramCall, type ProgramEnd } from './programs.ts';

let folder: string;
const environment = { PATH: process.env.PATH ?? '' };
/** As on a machine without bubblewrap: the shell's own programs and nothing else. */
let bareEnvironment: { PATH: string };

beforeAll(async () => {
  if (!hasProgram('bwrap', 'bubblewrap')) throw new Error('This test needs bubblewrap: install it.');
  // Not below /tmp, which programs have one of their own of.
  folder = await mkdtemp(join(import.meta.dirname, '.programs-'));
  await mkdir(join(folder, 'reads'));
  await mkdir(join(folder, 'writes'));
  await writeFile(join(folder, 'reads', 'file'), 'readable');
  await writeFile(join(folder, 'hidden'), 'hidden');
  bareEnvironment = { PATH: join(folder, 'reads') };
  await writeFile(join(folder, 'reads', 'plain'), '#!/bin/sh\necho plain', { mode: 0o644 });
});
afterAll(() => rm(folder, { recursive: true }));

const shutIn = createPrograms({ environment, sandbox: 'REQUIRED' });

const callOf = (script: string, more: Partial<ProgramCall> = {}): ProgramCall => ({
  program: '/bin/sh',
  args: ['-c', script],
  reads: [],
  writes: [],
  network: false,
  timeMs: 10_000,
  signal: new AbortController().signal,
  ...more,
});
const outputOf = (end: ProgramEnd): string => ('stdout' in end ? end.stdout.text : end.message);

describe.each([
  ['in a sandbox', () => shutIn],
  ['without one', () => createPrograms({ environment: bareEnvironment, sandbox: 'PREFERRED' })],
])('a program %s', (_where, programs) => {
  const run = (script: string, more?: Partial<ProgramCall>) => programs().run(callOf(script, more));

  test('gets its arguments, input and environment as they are, and nothing of ours', async () => {
    const hostile = '$(touch /tmp/x); `id` | "\' \n ü';
    process.env.NOT_FOR_PROGRAMS = 'ours';
    const end = await run('printf "%s|" "$1" "$GIVEN"; /bin/cat; printf "|%s" "$NOT_FOR_PROGRAMS"', {
      args: ['-c', 'printf "%s|" "$1" "$GIVEN"; /bin/cat; printf "|%s" "$NOT_FOR_PROGRAMS"', 'sh', hostile],
      input: 'input',
      environment: { GIVEN: 'given' },
    });
    expect(end).toMatchObject({ kind: 'EXITED', exitCode: 0 });
    expect(outputOf(end)).toBe(`${hostile}|given|input|`);
  });

  test.each([0, 1, 2, 124, 127, 255])('ends with its own exit code: %i', async (code) => {
    expect(await run(`echo out; echo err >&2; exit ${code}`)).toMatchObject({
      kind: 'EXITED',
      exitCode: code,
      stdout: { text: 'out\n' },
      stderr: { text: 'err\n' },
    });
  });

  test('writes to the folder that it may write to', async () => {
    const writes = join(folder, 'writes');
    await run(`echo "$(/bin/cat ../reads/file)" > file`, {
      cwd: writes,
      writes: [writes],
      reads: [join(folder, 'reads')],
    });
    expect(await readFile(join(writes, 'file'), 'utf8')).toBe('readable\n');
  });

  test('may write more than is kept of it', async () => {
    const script = 'i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done';
    const end = await run(script, { maxOutputBytes: 100 });
    expect(end).toMatchObject({ kind: 'EXITED', stdout: { isCut: true } });
    expect(outputOf(end)).toMatch(/^line 0\n[^]*line 19999\n$/);
    expect(outputOf(end).length).toBeLessThan(120);
  });

  test('is asked to end when its time is over, and may say a last word', async () => {
    const script = `trap 'echo "good bye"; exit 3' TERM; while :; do /bin/sleep 0.01; done`;
    const end = await run(script, { timeMs: 150 });
    expect(end).toMatchObject({ kind: 'STOPPED', by: 'TIME', stdout: { text: 'good bye\n' } });
  });

  test('that will not end is ended with all that it started', async () => {
    const controller = new AbortController();
    const beats = join(folder, 'writes', `beats-${Math.random()}`);
    const beating = `trap '' TERM; while :; do echo beat >> ${beats}; /bin/sleep 0.01; done`;
    const ending = run(`setsid sh -c "${beating}" & (${beating}) & ${beating}`, {
      signal: controller.signal,
      writes: [join(folder, 'writes')],
    });
    const count = async () => (await readFile(beats, 'utf8').catch(() => '')).length;
    await until(
      async () => ((await count()) > 0 ? true : undefined),
      () => 'the program does not run',
    );
    controller.abort();
    expect(await ending).toMatchObject({ kind: 'STOPPED', by: 'CALLER' });
    const ended = await count();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await count()).toBe(ended);
  });

  test('takes with it what it leaves behind', async () => {
    const end = await run('/bin/sleep 60 & echo gone');
    expect(end).toMatchObject({ kind: 'EXITED', exitCode: 0, stdout: { text: 'gone\n' } });
  });

  test('is not started for a caller who has gone', async () => {
    expect(await run('echo no', { signal: AbortSignal.abort() })).toMatchObject({
      kind: 'STOPPED',
      by: 'CALLER',
      stdout: { text: '' },
    });
  });

  test.each([
    ['NOT_FOUND', () => '/no/such/program'],
    ['NOT_FOUND', () => 'no-such-program'],
    ['NOT_FOUND', () => '../reads/plain'],
    ['NOT_EXECUTABLE', () => join(folder, 'reads', 'plain')],
  ])('that cannot be run is %s', async (why, program) => {
    expect(await run('', { program: program() })).toMatchObject({ kind: 'UNUSABLE', why });
  });

  test('ends for a caller who goes while it is got ready', async () => {
    const ends = Array.from({ length: 25 }, async (_, turns) => {
      const leaving = new AbortController();
      const ending = run('/bin/sleep 50', { signal: leaving.signal, timeMs: 50_000 });
      for (let turn = 0; turn < turns; turn += 1) await setImmediate();
      leaving.abort();
      return ending;
    });
    for (const end of await Promise.all(ends)) {
      expect(end).toMatchObject({ kind: 'STOPPED', by: 'CALLER' });
      expect('durationMs' in end && end.durationMs).toBeLessThan(10_000);
    }
  });

  test('is held to its memory, files and processor time', async () => {
    const end = await run('ulimit -d; ulimit -n; ulimit -t; ulimit -c', {
      limits: { memoryBytes: 64 * 1_048_576, openFiles: 64, cpuSeconds: 7 },
    });
    expect(outputOf(end)).toBe('65536\n64\n7\n0\n');
  });
});

describe('a program in a sandbox', () => {
  const run = (script: string, more?: Partial<ProgramCall>) => shutIn.run(callOf(script, more));

  test.each([
    ['reads what it was not given', () => `/bin/cat ${folder}/hidden`],
    ['reads the accounts', () => '/bin/cat /etc/shadow'],
    ['reads the home of who started it', () => 'ls /root /home'],
    ['reads our environment', () => `/bin/cat /proc/${process.pid}/environ`],
    ['writes where it may only read', () => `echo x > ${folder}/reads/x`],
    ['writes to the system', () => 'echo x > /usr/bin/x'],
    ['ends somebody else', () => `kill -0 ${process.pid}`],
    ['sees who else runs', () => `test -d /proc/${process.pid}/fd`],
    ['raises its limits', () => 'ulimit -n 100000'],
    ['gets its limit of memory back', () => 'ulimit -d unlimited'],
    ['writes more than it may', () => `head -c 3000000 /dev/zero > ${folder}/writes/much`],
    [
      'fills the scratch folder',
      () => 'for i in $(seq 80); do head -c 1000000 /dev/zero > /tmp/$i || exit 1; done',
    ],
    ['leaves something where programs are', () => `cp /bin/true ${folder}/reads/bwrap`],
    ['changes what the kernel does', () => 'echo 1 > /proc/sys/kernel/panic'],
    ['gives a file to somebody else', () => `chown 0 ${folder}/writes/file`],
    ['makes what runs as its owner', () => `chown 0 /bin/true && chmod u+s /bin/true`],
    ['goes out by a link', () => `ln -sf ${folder}/hidden ${folder}/writes/way && cat ${folder}/writes/way`],
    ['goes up from where it is', () => `cat ${folder}/writes/../hidden`],
    ['finds the folder of who started it', () => `ls /proc/self/cwd/root`],
    ['mounts', () => 'mount -t tmpfs none /mnt'],
    ['makes a device', () => 'mknod /tmp/null c 1 3'],
    ['becomes somebody else', () => 'chroot / true'],
    ['takes up the memory', () => `"${process.execPath}" -e "const a=[];for(;;)a.push(Buffer.alloc(1e7,1))"`],
  ])('never %s', async (_title, script) => {
    const end = await run(script(), {
      limits: { memoryBytes: 1_024 * 1_048_576, openFiles: 256, fileBytes: 1_048_576 },
      // To take up a gigabyte takes a busy machine longer than anything else here.
      timeMs: 60_000,
      reads: [join(folder, 'reads'), process.execPath],
      writes: [join(folder, 'writes')],
    });
    expect(end).toMatchObject({ kind: 'EXITED' });
    expect('exitCode' in end && end.exitCode).not.toBe(0);
    expect(await readFile(join(folder, 'hidden'), 'utf8')).toBe('hidden');
  });

  test('that writes through a link writes to a file of its own at most', async () => {
    const link = `${folder}/writes/link`;
    await run(`ln -s ${folder}/hidden ${link} && echo x > ${link}`, { writes: [join(folder, 'writes')] });
    expect(await readFile(join(folder, 'hidden'), 'utf8')).toBe('hidden');
  });

  test('has the network only where it is given', async () => {
    await using server = createServer((socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const script = `exec 5<>/dev/tcp/127.0.0.1/${port} && cat <&5`;
    const call = { program: '/bin/bash', args: ['-c', script] };
    expect(await run('', call)).toMatchObject({ exitCode: 1, stdout: { text: '' } });
    expect(await run('', { ...call, network: true })).toMatchObject({
      exitCode: 0,
      stdout: { text: 'hello' },
    });
  });
});

test('where a sandbox is demanded and there is none, nothing runs', async () => {
  const bare = createPrograms({ environment: bareEnvironment, sandbox: 'REQUIRED' });
  expect(await bare.run(callOf('echo no'))).toMatchObject({ kind: 'UNUSABLE', why: 'NO_SANDBOX' });
  const marked = join(folder, 'bwrap');
  await writeFile(marked, '#!/bin/sh\nexit 1', { mode: 0o755 });
  await chmod(marked, 0o755);
  const forbidden = createPrograms({
    environment: { PATH: `${folder}:${environment.PATH}` },
    sandbox: 'REQUIRED',
  });
  expect(await forbidden.run(callOf('echo no'))).toMatchObject({ kind: 'UNUSABLE', why: 'NO_SANDBOX' });
});
