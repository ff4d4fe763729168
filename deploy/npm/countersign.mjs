#!/usr/bin/env node
// The package's one program: without words the server, as `npm start` runs it; with words a command of the terminal.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverMemory } from '../../scripts/toolchain/server-memory.mjs';
import { keepProgramRunning } from '../../scripts/toolchain/supervise.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [word = 'start', ...words] = process.argv.slice(2);

// What a process has compiled, the next one need not. Where the folder is not ours to write, Node does without.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'compile');

if (word === 'start' || word.startsWith('--config')) {
  const given = word === 'start' ? words : [word, ...words];
  const flags = serverMemory.filter((flag) => !(process.env.NODE_OPTIONS ?? '').includes(flag.split('=')[0]));
  const program = join(root, 'packages/server/dist/main.js');
  const toolchain = { node: process.execPath, pnpm: '', env: process.env };
  process.exit(await keepProgramRunning(toolchain, [...flags, program, ...given], process.cwd()));
}
await import('../../packages/server/dist/cli.js');
