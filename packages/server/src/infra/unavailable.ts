/** Somebody whom we need for an answer cannot be asked now; the same may be asked again soon. */
export class UnavailableError extends Error {
  override readonly name: string = 'UnavailableError';
}
