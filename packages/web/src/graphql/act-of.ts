import type { TadaDocumentNode } from 'gql.tada';
import { execute } from './execute.ts';

/** What an act came to: why nothing changed, or a secret that is shown this once. */
export interface ActOutcome {
  readonly complaint: string | null;
  /** Of the refusal, where the mutation asks for it. */
  readonly code?: string | undefined;
  readonly secret?: string | null | undefined;
}

interface Payload {
  readonly refusal: { readonly message: string; readonly code?: string } | null;
  readonly secret?: string | null;
}

/** The act that a mutation of one field is. */
export const actOf =
  <Input>(document: TadaDocumentNode<Readonly<Record<string, Payload>>, { input: Input }>) =>
  async (input: Input): Promise<ActOutcome> => {
    const [payload] = Object.values(await execute(document, { input }));
    const refusal = payload?.refusal;
    return { complaint: refusal?.message ?? null, code: refusal?.code, secret: payload?.secret };
  };
