import { z } from 'zod';

const line = z.object({
  type: z.string(),
  diagnostic: z
    .object({ severity: z.string(), summary: z.string(), detail: z.string().default('') })
    .optional(),
});

/** What terraform says of its way, in the lines of `-json`. */
export interface TerraformWords {
  /** Whether it began to change anything. */
  readonly hasBegun: boolean;
  readonly errors: readonly { readonly summary: string; readonly detail: string }[];
}

const mostErrors = 20;
/** One line each; what is longer is none of terraform's own. */
const longestSummary = 1_000;

/** Lines that are none of its own are passed over. */
export const readWords = (stdout: string): TerraformWords => {
  const lines = stdout.split('\n').flatMap((text) => {
    const read = line.safeParse(jsonOf(text));
    return read.success ? [read.data] : [];
  });
  return {
    hasBegun: lines.some(({ type }) => type === 'apply_start' || type === 'provision_start'),
    errors: lines
      .flatMap(({ diagnostic }) => (diagnostic?.severity === 'error' ? [diagnostic] : []))
      .slice(0, mostErrors)
      .map(({ summary, detail }) => ({ summary: summary.slice(0, longestSummary), detail })),
  };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
