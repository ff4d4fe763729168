type Earlier<Output> =
  { readonly kind: 'FOUND'; readonly output: Output } | { readonly kind: 'ABSENT' | 'UNKNOWN' };

/** Makes an effect, unless an earlier attempt made it. */
export const makeOnce = async <Output>(
  attempt: number,
  reconcile: () => Promise<Earlier<Output>>,
  make: () => Promise<Output>,
): Promise<Output> => {
  const earlier = attempt > 1 ? await reconcile() : null;
  return earlier?.kind === 'FOUND' ? earlier.output : make();
};
