import { z } from 'zod';
import { sends, type Answer } from './asking.ts';
import { jsonSample, jsonValue, type JsonSchema, type Samples } from './samples.ts';
import type { MatrixCaller } from './tenant.ts';

/** One thing that can be asked through REST or MCP. */
export interface OtherCall {
  readonly door: 'REST' | 'MCP';
  readonly name: string;
  ask(caller: MatrixCaller, samples: Samples): Promise<Answer>;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}
interface RestOperation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } };
  };
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RestOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** Every address of the document that the server gives of itself. */
export const restCalls = async (url: string): Promise<OtherCall[]> => {
  const { paths, components } = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): OtherCall => ({
      door: 'REST',
      name: operation.operationId,
      ask: (caller, samples) => {
        // Whoever decides there says who they are.
        const own = { 'approveAction.userId': caller.id, 'rejectAction.userId': caller.id };
        const given = { ...samples, ...own };
        const { address, ...sent } = requestOf(path, operation, given, components.schemas);
        return sends(`${url}${address}`, caller, { method: method.toUpperCase(), ...sent });
      },
    })),
  );
};

const requestOf = (
  path: string,
  { operationId, parameters, requestBody }: RestOperation,
  samples: Samples,
  definitions: Document['components']['schemas'],
) => {
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  let address = path;
  for (const { in: place, name, required, schema } of parameters) {
    if (name === 'X-Tenant-ID') continue;
    const value = jsonValue(operationId, name, schema, { samples, definitions }, required);
    if (typeof value === 'symbol') continue;
    const texts = Array.isArray(value) ? value.map(String) : [String(value)];
    if (place === 'path') address = address.replace(`{${name}}`, encodeURIComponent(texts.join()));
    else if (place === 'header') headers[name] = texts.join();
    else texts.forEach((text) => query.append(name, text));
  }
  const body = requestBody?.content['application/json'].schema;
  return {
    headers,
    address: query.size > 0 ? `${address}?${query.toString()}` : address,
    body: body && jsonSample(operationId, body, samples, definitions),
  };
};

const listed = z.object({
  result: z.object({
    tools: z.array(
      z.object({
        name: z.string(),
        inputSchema: z.custom<JsonSchema & { readonly $defs?: Readonly<Record<string, JsonSchema>> }>(),
      }),
    ),
  }),
});

const rpc = (url: string, caller: MatrixCaller, method: string, params: object): Promise<Answer> =>
  sends(`${url}/mcp`, caller, {
    method: 'POST',
    body: { jsonrpc: '2.0', id: 1, method, params },
    headers: { accept: 'application/json, text/event-stream' },
  });

/** An answer comes as JSON, or as the last event of a stream. */
const dataOf = (text: string): unknown =>
  JSON.parse(
    text.startsWith('{')
      ? text
      : (text
          .match(/^data: ?(\{.*)$/gm)
          ?.at(-1)
          ?.slice(5) ?? 'null'),
  );

/** Every tool that somebody with every right is offered. */
export const mcpCalls = async (url: string, everything: MatrixCaller): Promise<OtherCall[]> => {
  const { text } = await rpc(url, everything, 'tools/list', {});
  return listed.parse(dataOf(text)).result.tools.map(({ name, inputSchema }) => ({
    door: 'MCP',
    name,
    ask: async (caller, samples) => {
      const given = jsonSample(name, inputSchema, samples, inputSchema.$defs);
      const answer = await rpc(url, caller, 'tools/call', { name, arguments: given });
      // Its words hold the same as JSON in a text.
      return { ...answer, text: answer.text.replaceAll('\\"', '"') };
    },
  }));
};
