import type { TadaDocumentNode } from 'gql.tada';
import { execute } from './execute.ts';

/** What an act came to: why nothing changed, or a secret that is shown this once. */
export interface ActOutcome {
  readonly complaint: string | null;
  readonly secret?: string | null | undefined;
}

interface Payload {
  readonly refusal: { readonly message: string } | null;
  readonly secret?: string | null;
}

/** The act that a mutation of one field is. */
export const actOf =
  <Input>(document: TadaDocumentNode<Readonly<Record<string, Payload>>, { input: Input }>) =>
  async (input: Input): Promise<ActOutcome> => {
    const [payload] = Object.values(await execute(document, { input }));
    return { complaint: payload?.refusal?.message ?? null, secret: payload?.secret };
  };
