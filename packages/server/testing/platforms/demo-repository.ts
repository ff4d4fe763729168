import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { EmulatedObject, EmulatorOptions } from './emulator.ts';

const run = promisify(execFile);

/** The demo repository, which is a real one: it lies in the home beside the sandbox's folder. */
export const startDemoRepository = async ({ stateFile = '' }: Pick<EmulatorOptions, 'stateFile'>) => {
  const path = join(stateFile, '../../demo.git');
  return {
    url: pathToFileURL(path).href,
    objects: async (): Promise<readonly EmulatedObject[]> => {
      const words = ['-C', path, 'for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads'];
      const { stdout } = await run('git', words);
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [branch = '', head = ''] = line.split(' ');
          return { kind: 'repository', id: `demo@${branch}`, name: 'demo', state: { branch, head } };
        });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
};
