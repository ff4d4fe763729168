import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The line for pasting that the terminal shows. */
export const curlLineIn = (terminal: string): string => {
  const line = terminal.split('\n').find((each) => each.startsWith('curl '));
  if (line === undefined) throw new Error(`There is no curl line in: ${terminal}`);
  return line;
};

/** What a program of that name is given by a shell into which the line is pasted. */
export const wordsFor = async (program: string, line: string): Promise<readonly string[]> => {
  const script = `${program}() { printf '%s\\0' "$@"; }\n${line}`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script]);
  return stdout.split('\0').slice(0, -1);
};

/** Runs the line in a shell, as pasting does, save that the words reach us instead of a curl that may be missing. */
export const paste = async (line: string): Promise<Answer> => {
  const words = await wordsFor('curl', line);
  const headers: [string, string][] = [];
  let url = '';
  let body = '';
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '-s') continue;
    if (word === '-H') headers.push(headerOf(words[(index += 1)] ?? ''));
    else if (word === '-d') body = words[(index += 1)] ?? '';
    else url = word;
  }
  const response = await fetch(url, { method: 'POST', headers, body });
  return { status: response.status, body: await response.json() };
};

const headerOf = (text: string): [string, string] => {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1).trim()];
};
