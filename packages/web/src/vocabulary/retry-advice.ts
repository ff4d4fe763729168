/** What a failure says about asking for the same again. Somebody who obeys it never does a thing twice. */
export const retryAdvice = ({
  code,
  retriable,
}: {
  readonly code: string;
  readonly retriable: boolean;
}): string => {
  if (code === 'OUTCOME_UNKNOWN')
    return 'It may have happened: look at the platform before anybody asks for it again.';
  return retriable
    ? 'Retriable: the same may succeed later.'
    : 'Not retriable: the same would fail again, or do again what is done.';
};
