/** A command that was not written as it can be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
