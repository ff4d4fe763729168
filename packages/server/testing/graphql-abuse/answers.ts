import { Kind, Lexer, parse, Source, TokenKind, visit } from 'graphql';
import { errorCodes } from '../../src/domain/error-catalogue.ts';
import { defaultGraphqlLimits as limits } from '../../src/doors/graphql/limits.ts';

/** What came back over HTTP, as text. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

interface AnsweredError {
  readonly message: string;
  readonly extensions?: { readonly code?: unknown };
}

const longestAnswer = 20_000;
/** Our code, our packages, our database and our machine; and names that the caller does not know. */
const internals =
  /Did you mean|\bat .*[(/:]\w+\.[jt]s\b|node_modules|stack|postgres|prisma|syntax error at or near|\bpg_|violates|relation "|ECONN|hunter2|\/(home|var|usr|tmp|work|root)\//gi;

/** What is wrong with an answer to a document that means harm; nothing where the server kept its countenance. */
export const faultsOfAnswer = (
  { status, text }: RawAnswer,
  document: string,
  variables: unknown = {},
): string[] => {
  const body = parseBody(text);
  if (!body) return [`no JSON: ${text.slice(0, 200)}`];
  const codes = (body.errors ?? []).map(({ extensions }) => String(extensions?.code));
  const sent = `${document} ${JSON.stringify(variables)}`.toLowerCase();
  const leaks = (body.errors ?? []).filter(({ message }) => tellsMoreThan(sent, message));
  return [
    ...(status >= 500 ? [`status ${status}`] : []),
    ...(text.length > longestAnswer ? [`${text.length} characters`] : []),
    ...codes.filter((code) => code === 'INTERNAL_ERROR' || !(errorCodes as readonly string[]).includes(code)),
    ...leaks.map(({ message }) => `tells "${message}"`),
    ...(codes.length === 0 || body.data ? excessesOf(document) : []),
  ];
};

/** What a caller sent may come back: a fault quotes it. */
const tellsMoreThan = (sent: string, message: string): boolean =>
  [...message.matchAll(internals)].some(([found]) => !sent.includes(found.toLowerCase()));

const parseBody = (text: string): { data?: unknown; errors?: readonly AnsweredError[] } | null => {
  try {
    return JSON.parse(text) as { data?: unknown; errors?: readonly AnsweredError[] };
  } catch {
    return null;
  }
};

/** Limits that a document passes on its face: such a one must not have run. */
const excessesOf = (document: string): string[] => {
  const counts = { aliases: 0, directives: 0 };
  visit(parse(document), {
    [Kind.FIELD]: (node) => void (counts.aliases += node.alias ? 1 : 0),
    [Kind.DIRECTIVE]: () => void (counts.directives += 1),
  });
  const tokens = countTokens(document);
  return [
    ...(tokens > limits.maxTokens ? [`${tokens} tokens ran`] : []),
    // Of several operations one runs, and fragments count only where they are spread.
    ...(counts.aliases > limits.maxAliases && isSingle(document) ? [`${counts.aliases} aliases ran`] : []),
    ...(counts.directives > limits.maxDirectives && isSingle(document)
      ? [`${counts.directives} directives ran`]
      : []),
  ];
};

const isSingle = (document: string): boolean => parse(document).definitions.length === 1;

const countTokens = (document: string): number => {
  const lexer = new Lexer(new Source(document));
  let count = 0;
  while (lexer.advance().kind !== TokenKind.EOF) count += 1;
  return count;
};
