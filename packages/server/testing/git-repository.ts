import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** Real git, as a developer at a keyboard would use it. */
export const runGit = async (folder: string, ...args: string[]): Promise<string> => {
  const { stdout } = await execa('git', args, {
    cwd: folder,
    env: {
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Dev',
      GIT_AUTHOR_EMAIL: 'dev@example.com',
      GIT_COMMITTER_NAME: 'Dev',
      GIT_COMMITTER_EMAIL: 'dev@example.com',
    },
  });
  return stdout;
};

export interface GitSandbox extends AsyncDisposable {
  readonly folder: string;
  /** Makes a bare repository whose branch `main` holds these files, and gives its path. */
  readonly bareRepository: (name: string, files: Readonly<Record<string, string>>) => Promise<string>;
}

export const createGitSandbox = async (): Promise<GitSandbox> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'countersign-git-')));
  return {
    folder,
    bareRepository: async (name, files) => {
      const path = join(folder, name);
      await runGit(folder, 'init', '--quiet', '--bare', '--initial-branch=main', path);
      if (Object.keys(files).length > 0) await commitDirectly(path, 'main', files);
      return path;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
};

/** What somebody else commits meanwhile: straight to a branch of a bare repository. */
export const commitDirectly = async (
  repository: string,
  branch: string,
  files: Readonly<Record<string, string>>,
): Promise<string> => {
  const known = await runGit(repository, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`);
  const lines = [
    `commit refs/heads/${branch}`,
    `committer Dev <dev@example.com> ${Math.floor(Date.now() / 1_000)} +0000`,
    ...data('a direct commit'),
    ...(known === '' ? [] : [`from ${known}`]),
    ...Object.entries(files).flatMap(([path, text]) => [`M 100644 inline ${path}`, ...data(text)]),
  ];
  await execa('git', ['fast-import', '--quiet', '--date-format=raw'], {
    cwd: repository,
    input: `${lines.join('\n')}\n`,
  });
  return runGit(repository, 'rev-parse', branch);
};

const data = (text: string): string[] => [`data ${Buffer.byteLength(text)}`, text];

export interface GitHttpServer extends AsyncDisposable {
  readonly origin: string;
  /** The `Authorization` headers that came in. */
  readonly authorizations: readonly (string | undefined)[];
  /** Answers all requests so from now on, instead of serving git. */
  answerInstead: ((response: ServerResponse) => void) | null;
}

/** Serves the repositories below a folder over git's own HTTP backend; pushes need this `Authorization`. */
export const createGitHttpServer = async (folder: string, authorization: string): Promise<GitHttpServer> => {
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    if (state.answerInstead) return state.answerInstead(response);
    if (request.headers.authorization !== authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    serveGit(folder, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const state: GitHttpServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    answerInstead: null,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return state;
};

const serveGit = (folder: string, request: IncomingMessage, response: ServerResponse): void => {
  const url = new URL(request.url ?? '/', 'http://git');
  const backend = spawn('git', ['-c', 'http.receivepack=true', 'http-backend'], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'tester',
      ...(request.headers['content-length'] ? { CONTENT_LENGTH: request.headers['content-length'] } : {}),
    },
  });
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const headers = output
      .toString('latin1', 0, end)
      .split('\r\n')
      .map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      });
    const status = Number(headers.find(([name]) => name === 'Status')?.[1].slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'Status')));
    response.end(output.subarray(end + 4));
  });
};
