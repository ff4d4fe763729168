import { z } from 'zod';
import type { Fault } from '../../domain/refusal-details.ts';
import { hasOnly, urlSchema } from '../../infra/url-schema.ts';
import { notNamed } from '../kit/configured-names.ts';

const name = z.string().regex(/^[\w.-]{1,128}$/, 'must be letters, digits, `_`, `-` and `.`');
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header');
const headerValue = z
  .string()
  .max(1_000)
  .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');

/** What `mcpServers` of `config.json` says of one server. */
const serverSchema = z.strictObject({
  url: urlSchema('http:', 'https:').refine(
    (text) => hasOnly(text, 'path'),
    'must have no query, no fragment and no user',
  ),
  /** A value `secret:NAME`, or `Bearer secret:NAME`, is the secret of that name. */
  headers: z.record(headerName, headerValue).default({}),
  /** The tools that may be called, and what a person here says of each: that it only looks, or calls tools through us before it answers. */
  tools: z.record(
    name,
    z.strictObject({ reads: z.boolean().default(false), callsBack: z.boolean().default(false) }),
  ),
});
export type McpDownstream = z.output<typeof serverSchema>;

export const serversSchema = z.record(name, serverSchema);
export type McpDownstreams = z.output<typeof serversSchema>;

const secretValue = /^(Bearer )?secret:(.+)$/;

/** The secret that a header's value stands for, and what is said before it; null where the value is plain. */
export const secretOf = (value: string): { readonly before: string; readonly name: string } | null => {
  const [, before = '', secret] = secretValue.exec(value) ?? [];
  return secret === undefined ? null : { before, name: secret };
};

export const secretsOf = (servers: McpDownstreams): readonly string[] =>
  Object.values(servers).flatMap(({ headers }) =>
    Object.values(headers).flatMap((value) => secretOf(value)?.name ?? []),
  );

interface FoundTool {
  readonly server: McpDownstream;
  readonly reads: boolean;
  readonly callsBack: boolean;
}

/** What may be called is what configuration names: a server's own word on what it has widens nothing. */
export const findTool = (
  servers: McpDownstreams,
  { server, tool }: { readonly server: string; readonly tool: string },
):
  | { readonly found: FoundTool; readonly fault?: never }
  | { readonly found?: never; readonly fault: Fault } => {
  const known = Object.hasOwn(servers, server) ? servers[server] : undefined;
  if (!known) {
    const names = Object.keys(servers);
    return {
      fault: { path: 'server', ...notNamed({ what: 'server', name: server, names, setting: 'mcpServers' }) },
    };
  }
  const allowed = Object.hasOwn(known.tools, tool) ? known.tools[tool] : undefined;
  if (!allowed) {
    const names = Object.keys(known.tools);
    const setting = `mcpServers.${server}.tools`;
    return { fault: { path: 'tool', ...notNamed({ what: 'tool', name: tool, names, setting }) } };
  }
  return { found: { server: known, ...allowed } };
};
