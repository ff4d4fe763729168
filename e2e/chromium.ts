import { execFile, spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';

/** For Playwright's `launchOptions`. */
export interface ChromiumLaunch {
  executablePath: string;
  args: string[];
  env: Record<string, string>;
}

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

// A test browser calls nobody but us.
const args = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
  '--font-render-hinting=none',
];

/**
 * A Chromium that starts on this machine: the installed one, or the one inside an npm package, with the
 * libraries it brings where the machine lacks them. Root on Debian may install one as the last resort.
 */
export async function locateChromium(): Promise<ChromiumLaunch> {
  const env = currentEnvironment();
  const found = installed.find((path) => existsSync(path));
  if (found) return { executablePath: found, args, env };

  const folder = await unpackChromium();
  const executablePath = join(folder, 'chromium');
  const bundled = { ...env, LD_LIBRARY_PATH: join(folder, 'lib') };
  const withFonts = existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: folder };
  const starting = [env, bundled].find((candidate) => starts(executablePath, candidate));
  if (starting) return { executablePath, args, env: { ...starting, ...withFonts } };

  if (process.getuid?.() === 0 && installChromium())
    return { executablePath: '/usr/bin/chromium', args, env };
  throw new Error('No browser starts on this machine: install one (Debian: apt-get install chromium).');
}

function currentEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}

function starts(executablePath: string, env: Record<string, string>): boolean {
  return (
    spawnSync(executablePath, ['--version', '--no-sandbox'], { env, stdio: 'ignore', timeout: 20_000 })
      .status === 0
  );
}

function installChromium(): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']].every(
    (words) => spawnSync('apt-get', words, { env, stdio: 'ignore' }).status === 0,
  );
}

/** Unpacks once per version, under another name first: several test workers may come at the same time. */
async function unpackChromium(): Promise<string> {
  const require = createRequire(import.meta.url);
  const packageFolder = join(dirname(require.resolve('@sparticuz/chromium')), '..');
  const { version } = require(join(packageFolder, 'package.json')) as { version: string };
  const cache = fileURLToPath(new URL('node_modules/.chromium', import.meta.url));
  const folder = join(cache, version);
  if (existsSync(folder)) return folder;

  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, 'unfinished-'));
  const packed = (name: string): string => join(packageFolder, 'bin', name);
  const executable = join(unfinished, 'chromium');
  await Promise.all([
    decompress(packed('chromium.br'), executable),
    untar(packed('fonts.tar.br'), unfinished),
    untar(packed('al2023.tar.br'), unfinished),
  ]);
  await chmod(executable, 0o755);
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true }));
  return folder;
}

async function decompress(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

/** By way of a file: tar ends as soon as it has what it needs, and a pipe into it may break before its end. */
async function untar(packed: string, folder: string): Promise<void> {
  const archive = join(folder, basename(packed, '.br'));
  await decompress(packed, archive);
  await promisify(execFile)('tar', ['-x', '-f', archive, '-C', folder]);
  await rm(archive);
}
