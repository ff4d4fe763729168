import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from './checks/run-program.ts';

/** Licences under which we may pass on what our packages hold and install, without asking for more than to be named. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'OFL-1.1',
  'Unlicense',
]);
/** What says less than it means, as somebody looked up. */
const lookedUp: Readonly<Record<string, string>> = { 'url-template@2.0.8': 'BSD-3-Clause' };

interface Licensed {
  readonly name: string;
  readonly versions: readonly string[];
  readonly license: string;
}

/** `A OR B` lets us choose; of `A AND B` both count. */
const isAllowed = (expression: string): boolean => {
  const words = expression.replace(/^\((.*)\)$/, '$1');
  if (words.includes(' OR ')) return words.split(' OR ').some(isAllowed);
  return words.split(' AND ').every((name) => allowed.has(name));
};

/** All that is installed for what we publish, by the lock file. */
const published = ['server', 'web', 'sdk'].flatMap((name) => ['--filter', `@countersign/${name}`]);
const { stdout } = await promisify(execFile)('pnpm', ['licenses', 'list', '--prod', '--json', ...published], {
  cwd: root,
  maxBuffer: 64 * 1024 * 1024,
});
const all = Object.values(JSON.parse(stdout) as Record<string, Licensed[]>).flat();
const others = all.filter(
  ({ name, versions, license }) =>
    !versions.every((version) => isAllowed(lookedUp[`${name}@${version}`] ?? license)),
);
for (const { name, versions, license } of others) console.error(`${name} ${versions.join(', ')}: ${license}`);
if (all.length === 0) console.error('No package was found.');
process.exitCode = others.length > 0 || all.length === 0 ? 1 : 0;
