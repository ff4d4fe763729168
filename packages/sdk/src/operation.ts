/** A document with the types of what it takes and gives; a test holds each against the printed schema. */
export interface Operation<Result, Variables> {
  readonly text: string;
  readonly types?: { readonly result: Result; readonly variables: Variables };
}

export const operation = <Result, Variables>(text: string): Operation<Result, Variables> => ({ text });
