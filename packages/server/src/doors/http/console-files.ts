import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendError } from './http-errors.ts';
import type { AnswerOtherMethods } from './known-routes.ts';

/** Paths that never show the console, whether they exist or not. */
const ownPaths = /^\/(graphql|session|approval-link|healthz?|readyz?|livez|metrics|api|openapi)(\/|$)/;
const fileName = /\.[^/]*$/;
const oneYearSeconds = 31_536_000;

/**
 * The built console: hashed files for ever, its page always asked for anew, and the page again for every
 * address within it. Files that the build has compressed beside the plain ones go out compressed.
 */
export const addConsoleFiles = async (
  app: FastifyInstance,
  webRoot: string | null,
  answerOtherMethods: AnswerOtherMethods,
): Promise<void> => {
  const hasConsole = webRoot !== null && existsSync(join(webRoot, 'index.html'));
  if (hasConsole) {
    await app.register(fastifyStatic, {
      root: webRoot,
      preCompressed: true,
      dotfiles: 'ignore',
      redirect: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const isHashed = path.includes(`${webRoot}/assets/`);
        void reply.header(
          'cache-control',
          isHashed ? `public, max-age=${oneYearSeconds}, immutable` : 'no-cache',
        );
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const [path = '/'] = request.url.split('?');
    const isPage = ['GET', 'HEAD'].includes(request.method) && !fileName.test(path) && !ownPaths.test(path);
    const wantsHtml = request.headers.accept?.includes('text/html') === true;
    if (hasConsole && isPage && wantsHtml) return reply.sendFile('index.html');
    return (
      answerOtherMethods(request, reply) ??
      sendError(request, reply, { code: 'RESOURCE_NOT_FOUND', message: 'There is nothing here.' })
    );
  });
};
