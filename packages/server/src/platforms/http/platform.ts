import { z } from 'zod';
import { originSchema } from '../../infra/url-schema.ts';
import { definePlatform } from '../contract/platform.ts';
import { createHttpRequest } from './http-request.ts';
import { isAllowableHeader } from './request-headers.ts';

export const http = definePlatform({
  name: 'http',
  config: {
    idempotentOrigins: z.array(originSchema).default([]),
    allowedHeaders: z
      .array(z.string().refine(isAllowableHeader, 'is no header that callers may ever set themselves'))
      .default([]),
  },
  actions: ({ idempotentOrigins, allowedHeaders }, { secrets }) => [
    createHttpRequest({ secrets, idempotentOrigins, allowedHeaders }),
  ],
});
