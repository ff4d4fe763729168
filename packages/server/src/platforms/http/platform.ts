import { z } from 'zod';
import { originSchema } from '../../infra/url-schema.ts';
import { definePlatform } from '../contract/platform.ts';
import { createHttpRequest } from './http-request.ts';
import { isAllowableHeader } from './request-headers.ts';

export const http = definePlatform({
  name: 'http',
  config: {
    idempotentOrigins: z
      .array(originSchema)
      .default([])
      .describe('Origins known to make one effect of two requests with one `Idempotency-Key`.'),
    allowedHeaders: z
      .array(z.string().refine(isAllowableHeader, 'is no header that callers may ever set themselves'))
      .default([])
      .describe('Headers that callers of `http.request` may set besides the usual ones.'),
  },
  actions: ({ idempotentOrigins, allowedHeaders }, { secrets }) => [
    createHttpRequest({ secrets, idempotentOrigins, allowedHeaders }),
  ],
});
