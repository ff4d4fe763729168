import { errorCodes, type ErrorCode } from '../../src/domain/error-catalogue.ts';
import type { RootField } from './root-fields.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Every code that it tells of. */
  readonly codes: readonly ErrorCode[];
}

interface Asker {
  readonly key: string | null;
  readonly tenantId: string;
}

const codesIn = (text: string): ErrorCode[] =>
  [...text.matchAll(/"code":"(\w+)"/g)].flatMap(([, code]) => errorCodes.filter((each) => each === code));

interface Sent {
  readonly method: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** It goes on until one of both leaves. */
const isStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') ?? false;

const beginningOf = async ({ body }: Response): Promise<string> => {
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) return part;
  return '';
};

export const sends = async (
  url: string,
  { key, tenantId }: Asker,
  { method, body, headers = {} }: Sent,
): Promise<Answer> => {
  const response = await fetch(url, {
    method,
    headers: {
      'x-tenant-id': tenantId,
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await (isStream(response) ? beginningOf(response) : response.text());
  return { status: response.status, text, codes: codesIn(text) };
};

export const asks = (
  url: string,
  asker: Asker,
  { document }: RootField,
  variables: Readonly<Record<string, unknown>>,
): Promise<Answer> =>
  sends(`${url}/graphql`, asker, { method: 'POST', body: { query: document, variables } });
