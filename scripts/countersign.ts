import { join } from 'node:path';
import { distFolder, isFresh } from '../packages/server/build.ts';

// A command is quicker from the build; where that is not of these sources, they are what was meant.
const program = (await isFresh(distFolder)) ? join(distFolder, 'cli.js') : '../packages/server/src/cli.ts';
await import(program);
