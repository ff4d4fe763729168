import { spawn } from 'node:child_process';

/**
 * Runs a program behind one progress line, on standard error because a command's own output may be JSON;
 * what the program says is shown only when it fails. Resolves with its standard output.
 *
 * @param {string} title
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>}
 */
export function runQuietly(title, program, args, options) {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    let output = '';
    let everything = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      everything += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => (everything += chunk));
    child.once('error', (error) =>
      reject(new Error(`${title}: ${program} could not be started: ${error.message}`)),
    );
    child.once('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      if (code === 0) {
        console.error(`${title} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
        resolve(output);
      } else reject(new Error(`${everything}\n${title} failed (${signal ?? `exit code ${code}`}).`));
    });
  });
}
