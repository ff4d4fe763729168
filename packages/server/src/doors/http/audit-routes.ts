import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../domain/principal.ts';
import type { Outcome } from '../../domain/errors.ts';
import type { Admission } from './admission.ts';
import { sendError } from './http-errors.ts';

interface Copy {
  readonly fileName: string;
  readonly lines: AsyncIterable<string>;
}

/** Copies of the record as files, and the key that they are checked with. */
export interface AuditFiles {
  readonly publicKeys: string;
  record(viewer: Caller): Promise<Outcome<Copy>>;
  evidence(viewer: Caller, taskId: string): Promise<Outcome<Copy>>;
}

export const addAuditRoutes = (app: FastifyInstance, audit: AuditFiles, admission: Admission): void => {
  // Whoever is given a copy may ask us for the key; they trust the one that they took before.
  app.get('/audit/public-key', (_request, reply) =>
    reply.type('application/x-pem-file').header('cache-control', 'no-store').send(audit.publicKeys),
  );
  const send = (request: FastifyRequest, reply: FastifyReply, copy: Outcome<Copy>): FastifyReply => {
    reply.header('cache-control', 'no-store');
    if (!copy.ok) return sendError(request, reply, copy.refusal);
    return reply
      .type('application/jsonl; charset=utf-8')
      .header('content-disposition', `attachment; filename="${copy.value.fileName}"`)
      .send(Readable.from(copy.value.lines));
  };
  const { onRequest, viewerOf } = admission;
  app.get('/audit/export', { exposeHeadRoute: false, onRequest }, async (request, reply) =>
    send(request, reply, await audit.record(viewerOf(request))),
  );
  app.get<{ Params: { taskId: string } }>(
    '/audit/evidence/:taskId',
    { exposeHeadRoute: false, onRequest },
    async (request, reply) =>
      send(request, reply, await audit.evidence(viewerOf(request), request.params.taskId)),
  );
};
