import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareConsole } from './prepare.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The server, started again when its sources change, and Vite for the console, both until one ends. */
await prepareConsole();
const programs = [
  { cwd: root, args: ['--watch', '--watch-preserve-output', 'packages/server/src/main.ts'] },
  { cwd: join(root, 'packages', 'web'), args: ['node_modules/vite/bin/vite.js', '--clearScreen', 'false'] },
].map(({ cwd, args }) => spawn(process.execPath, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] }));

let isAskedToStop = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    isAskedToStop = true;
    for (const program of programs) program.kill(signal);
  });
}
for (const program of programs) {
  program.once('exit', (code) => {
    process.exitCode ||= isAskedToStop ? 0 : (code ?? 1);
    for (const other of programs) other.kill();
  });
}
