// The one way in: `npm start`, `npm test` and the rest. Any Node from 20 on runs this file; it brings Node 24
// and pnpm where they are missing, installs what changed, and then runs the command's programs on Node 24.
// Plain JavaScript without dependencies, because nothing is installed yet when it starts.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './toolchain/install.mjs';
import { locateToolchain } from './toolchain/locate.mjs';
import { serverMemory } from './toolchain/server-memory.mjs';
import { keepProgramRunning, superviseProgram } from './toolchain/supervise.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The programs of each command, in order; the next one starts when the one before ended well. */
const commands = {
  start: ['scripts/prepare.ts', 'packages/server/dist/main.js'],
  countersign: ['scripts/countersign.ts'],
  dev: ['scripts/dev.ts'],
  test: ['scripts/check.ts'],
  check: ['scripts/check.ts'],
  faults: ['prisma/generate.ts', 'scripts/faults.ts'],
  package: ['scripts/package.ts'],
  bench: ['prisma/generate.ts', 'bench/main.ts'],
};

/** What somebody has set is theirs to set. */
const flagsOf = (program) =>
  program.endsWith('/main.js')
    ? serverMemory.filter((flag) => !(process.env.NODE_OPTIONS ?? '').includes(flag.split('=')[0]))
    : [];

// What a program has compiled, the next process of it need not: half of a start.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'compile');

const [, , command, ...args] = process.argv;
const programs = commands[command];
if (!programs) {
  console.error(`usage: npm run ${Object.keys(commands).join(' | ')}`);
  process.exit(2);
}

try {
  const toolchain = await locateToolchain(root);
  await installDependencies(root, toolchain, command === 'test' || command === 'check');
  for (const [index, program] of programs.entries()) {
    const isLast = index === programs.length - 1;
    // A server that dies is started again; whatever else fails has failed.
    const run = isLast && command === 'start' ? keepProgramRunning : superviseProgram;
    const exitCode = await run(toolchain, [...flagsOf(program), program, ...(isLast ? args : [])], root);
    if (exitCode !== 0 || isLast) process.exit(exitCode);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
